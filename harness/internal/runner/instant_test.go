package runner

import "testing"

func TestInstant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b         string
		want, shared int
	}{
		{"2021-05-27T21:23:41.9085453Z", "2021-05-27T21:23:41.9085453Z", 0, 0},
		{"2021-05-27T21:23:41.9085454Z", "2021-05-27T21:23:41.9085453Z", 1, 1},
		{"2021-05-27T21:23:41Z", "2021-05-27T21:23:41.9085453Z", -1, 0},
		{"2021-05-27T13:23:41.90-08:00", "2021-05-27T21:23:41.9Z", 0, 0},
		{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", -1, -1},
		{"2022-05-07T06:53:15", "2022-05-07T06:53:14.5", 1, 1},
	} {
		a, errA := parseInstant(test.a)
		b, errB := parseInstant(test.b)
		if errA != nil || errB != nil {
			t.Errorf("%v, %v", errA, errB)
			continue
		}
		got, err := a.compare(b)
		if err != nil || got != test.want {
			t.Errorf("%s against %s is %d, %v, want %d", test.a, test.b, got, err, test.want)
		}
		if got := a.compareShared(b); got != test.shared {
			t.Errorf("%s against %s is %d at their shared precision, want %d", test.a, test.b, got, test.shared)
		}
	}
	for _, bad := range []string{"", "soon", "2021-05-27", "2021-05-27T21:23:41,5Z", "2021-13-27T21:23:41Z", "2021-05-27T21:23:41.0123456789Z"} {
		if in, err := parseInstant(bad); err == nil {
			t.Errorf("%q is read as %v", bad, in.time)
		}
	}
}

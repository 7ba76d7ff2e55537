package transport_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// smallDisk is a folder on a disk of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

func remount(t *testing.T, folder string, flags uintptr, size string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|flags, "size="+size); err != nil {
		t.Fatal(err)
	}
}

// filled records until something fails, and returns how many answers the client got and
// how many requests were sent.
func filled(t *testing.T, file string, most int) (r *transport.Recorder, j *journal.Journal, answered, sent int, failed error) {
	t.Helper()
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	text := `{"value":"` + strings.Repeat("x", 10_000) + `"}`
	r = transport.NewRecorder(j, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		sent++
		return answer(req, 200, text), nil
	})})
	for n := range most {
		resp, err := r.RoundTrip(newRequest(t, "GET", fmt.Sprintf("%s/messages/%d", profile, n), nil))
		if err != nil {
			if failed = err; resp != nil {
				t.Error("an answer that was not recorded was handed out")
			}
			continue // nothing more may be sent
		}
		answered++
	}
	return r, j, answered, sent, failed
}

func beforeIt(t *testing.T, file string) []byte {
	t.Helper()
	old := &cassette.Cassette{Meta: emulated}
	if err := old.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A disk that is full while recording ends the recording before the next request; what
// was answered is whole, and recovered once there is room.
func TestRecordOnFullDisk(t *testing.T) {
	folder := smallDisk(t, "256k")
	file := filepath.Join(folder, "x.yaml")
	old := beforeIt(t, file)
	r, j, answered, sent, failed := filled(t, file, 100)
	if !errors.Is(failed, syscall.ENOSPC) || !strings.Contains(fault.Hint(failed), "--recover") {
		t.Errorf("got %v", failed)
	}
	if answered == 0 || sent != answered+1 {
		t.Errorf("%d answered and %d sent: requests are sent that cannot be recorded", answered, sent)
	}
	if _, err := r.Save(file, emulated, journal.Saving{}); err == nil {
		t.Error("a recording with a hole was saved")
	}
	unchanged(t, file, old)
	remount(t, folder, 0, "4m")
	again, torn, err := journal.Open(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	defer again.Close()
	if all, _ := again.Len(); all != answered {
		t.Errorf("recovered %d of %d", all, answered)
	}
}

// A disk that is full while saving leaves the old cassette and the journal.
func TestSaveOnFullDisk(t *testing.T) {
	folder := smallDisk(t, "512k")
	file := filepath.Join(folder, "x.yaml")
	old := beforeIt(t, file)
	r, j, answered, _, failed := filled(t, file, 30) // three fifths of the disk
	if failed != nil || answered != 30 {
		t.Fatal(answered, failed)
	}
	_, err := r.Save(file, emulated, journal.Saving{})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), j.Name()) {
		t.Errorf("got %v", err)
	}
	unchanged(t, file, old)
	if entries, _ := os.ReadDir(folder); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
	remount(t, folder, 0, "4m")
	again, _, err := journal.Open(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	_, err = again.Save(file, emulated, journal.Saving{})
	if err := errors.Join(err, again.Remove()); err != nil {
		t.Fatal(err)
	}
	if c, err := cassette.Load(file); err != nil || len(c.Interactions) != 30 {
		t.Errorf("recovered %v", err)
	}
}

// A folder that cannot be written is found before anything is sent, or leaves the journal.
func TestRecordInReadOnlyFolder(t *testing.T) {
	folder := smallDisk(t, "1m")
	file := filepath.Join(folder, "x.yaml")
	old := beforeIt(t, file)
	remount(t, folder, syscall.MS_RDONLY, "1m")
	if _, err := journal.Create(file); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
	if err := (&cassette.Cassette{Meta: emulated}).Save(file, nil); !errors.Is(err, syscall.EROFS) {
		t.Errorf("got %v", err)
	}
	unchanged(t, file, old)
	if _, err := os.Stat(journal.Of(file)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func unchanged(t *testing.T, file string, old []byte) {
	t.Helper()
	if now, err := os.ReadFile(file); err != nil || string(now) != string(old) {
		t.Errorf("the old cassette changed: %v", err)
	}
}

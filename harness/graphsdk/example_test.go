package graphsdk_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"

	"github.com/graphvcr/graphvcr/harness"
	"github.com/graphvcr/graphvcr/harness/graphsdk"
)

// adapter is the SDK as an application sets it up, over the session's transport. The
// full SDK takes the same adapter: msgraphsdk.NewGraphServiceClient(adapter).
func adapter(t testing.TB, s *harness.Session, live graphsdk.Live) *msgraphgocore.GraphRequestAdapterBase {
	a, err := graphsdk.Adapter(s, live)
	if err != nil {
		t.Fatalf("%v", err)
	}
	a.SetBaseUrl("https://graph.microsoft.com/v1.0")
	return a
}

// names lists all users with the SDK's page iterator, which follows nextLink.
func names(ctx context.Context, a abstractions.RequestAdapter) ([]string, error) {
	list, err := url.Parse(a.GetBaseUrl() + "/users?$select=id,displayName&$top=2")
	if err != nil {
		return nil, err
	}
	info := abstractions.NewRequestInformation()
	info.Method = abstractions.GET
	info.SetUri(*list)
	first, err := a.Send(ctx, info, newPage, nil)
	if err != nil {
		return nil, err
	}
	iterator, err := msgraphgocore.NewPageIterator[*user](first, a, newPage)
	if err != nil {
		return nil, err
	}
	var all []string
	err = iterator.Iterate(ctx, func(u *user) bool {
		all = append(all, u.name)
		return true
	})
	return all, err
}

// A test of code that uses msgraph-sdk-go: the SDK's own middleware, authentication and
// page iterator run, over a cassette. With GRAPHVCR_MODE=record it would sign in.
func ExampleCredential() {
	_ = func(t *testing.T) {
		s := harness.Open(t, "users/list-pages")
		a := adapter(t, s, func() (azcore.TokenCredential, error) {
			return nil, nil // azidentity.NewDefaultAzureCredential(nil)
		})
		all, err := names(t.Context(), a)
		if err != nil || len(all) != 5 {
			t.Errorf("%d users, %v", len(all), err)
		}
	}
}

// A client as SDKs have them: msgraphsdk.NewGraphServiceClient is such a function.
type client struct{ adapter abstractions.RequestAdapter }

func newClient(a abstractions.RequestAdapter) *client {
	a.SetBaseUrl("https://graph.microsoft.com/v1.0")
	return &client{a}
}

// One call makes a client of the SDK over a cassette.
func ExampleNew() {
	_ = func(t *testing.T) {
		graph := graphsdk.New(t, "users/list-pages", newClient, // msgraphsdk.NewGraphServiceClient
			graphsdk.Live(func() (azcore.TokenCredential, error) {
				return nil, nil // azidentity.NewDefaultAzureCredential(nil)
			}))
		all, err := names(t.Context(), graph.adapter)
		if err != nil || len(all) != 5 {
			t.Errorf("%d users, %v", len(all), err)
		}
	}
}

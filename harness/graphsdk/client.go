package graphsdk

import (
	"testing"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"

	"github.com/graphvcr/graphvcr/harness"
)

// New gives a test a client of an SDK over a cassette. What makes the client of an adapter is
// the SDK's own function, so that this package needs none of them:
//
//	graph := graphsdk.New(t, "users/list", msgraphsdk.NewGraphServiceClient)
//	me, err := graph.Me().Get(t.Context(), nil)
//
// It serves msgraph-sdk-go, msgraph-beta-sdk-go and clients that kiota generates. The name is
// the cassette's, or "" for the test's; what else is given is what [harness.Open] takes, and a
// [Live] credential, which recordings and live runs need.
//
// The SDK's own middleware runs above the session, as in an application.
func New[Client any](t testing.TB, name string, client func(abstractions.RequestAdapter) Client, options ...any) Client {
	t.Helper()
	var live Live
	var open []any
	if name != "" {
		open = append(open, name)
	}
	for _, option := range options {
		if l, ok := option.(Live); ok {
			live = l
			continue
		}
		open = append(open, option)
	}
	adapter, err := Adapter(harness.Open(t, open...), live)
	if err != nil {
		t.Fatalf("open the SDK over cassette %q: %v", name, err)
	}
	return client(adapter)
}

// Adapter is what SDKs of Microsoft Graph send their requests with, over a session.
func Adapter(s *harness.Session, live Live) (*msgraphgocore.GraphRequestAdapterBase, error) {
	provider, err := authentication.NewAzureIdentityAuthenticationProvider(Credential(s, live))
	if err != nil {
		return nil, err
	}
	var options msgraphgocore.GraphClientOptions
	client := khttp.GetDefaultClient()
	client.Transport = khttp.NewCustomTransportWithParentTransport(s.Transport(), msgraphgocore.GetDefaultMiddlewaresWithOptions(&options)...)
	return msgraphgocore.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(provider, options, nil, nil, client)
}

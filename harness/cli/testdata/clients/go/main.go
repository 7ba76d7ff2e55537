// Command go uses Microsoft Graph through msgraph-sdk-go-core and prints what it was
// answered; with the argument sign-in it signs in with azidentity and reads one page, and
// with keep it does so for a user, with a cache of tokens.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	multipartserialization "github.com/microsoft/kiota-serialization-multipart-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"

	"github.com/graphvcr/graphvcr/harness/cli/testdata/clients/go/exchanges"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "keep" {
		if err := keep(context.Background(), os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	run := (*graph).everything
	if len(os.Args) > 1 && os.Args[1] == "sign-in" {
		run = (*graph).signIn
	}
	g, err := open(run)
	if err == nil {
		err = g.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// graph is the SDK, set up as an application does.
type graph struct {
	*msgraphgocore.GraphRequestAdapterBase
	log  *exchanges.Printer
	base string
	run  func(context.Context) error
}

func open(run func(*graph, context.Context) error) (*graph, error) {
	base := "https://graph.microsoft.com"
	if set := os.Getenv("GRAPH_BASE"); set != "" {
		base = set
	}
	host, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	credential, err := credential()
	if err != nil {
		return nil, err
	}
	provider, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(credential,
		[]string{"https://graph.microsoft.com/.default"}, []string{"graph.microsoft.com", host.Hostname()})
	if err != nil {
		return nil, err
	}
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return jsonserialization.NewJsonSerializationWriterFactory()
	})
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return multipartserialization.NewMultipartSerializationWriterFactory()
	})
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory {
		return jsonserialization.NewJsonParseNodeFactory()
	})
	var options msgraphgocore.GraphClientOptions
	log := &exchanges.Printer{Base: http.DefaultTransport, Own: map[string]string{}}
	client := khttp.GetDefaultClient()
	client.Transport = khttp.NewCustomTransportWithParentTransport(log, msgraphgocore.GetDefaultMiddlewaresWithOptions(&options)...)
	adapter, err := msgraphgocore.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		provider, options, nil, nil, client)
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(base + "/v1.0")
	g := &graph{GraphRequestAdapterBase: adapter, log: log, base: base}
	g.run = func(ctx context.Context) error { return run(g, ctx) }
	return g, nil
}

// credential is the variable's token where one is given, else azidentity's client secret.
func credential() (azcore.TokenCredential, error) {
	if token, ok := os.LookupEnv("GRAPH_TOKEN"); ok {
		return given(token), nil
	}
	return azidentity.NewClientSecretCredential(os.Getenv("AZURE_TENANT_ID"), os.Getenv("AZURE_CLIENT_ID"), os.Getenv("AZURE_CLIENT_SECRET"),
		&azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: os.Getenv("AZURE_AUTHORITY_HOST") != ""})
}

type given string

func (g given) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(g), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (g *graph) signIn(ctx context.Context) error {
	first, err := g.Send(ctx, g.request(abstractions.GET, "{+baseurl}/users{?%24select,%24top}", nil, query{Select: []string{"id"}, Top: new(int32(2))}), newPage, nil)
	if err != nil {
		return err
	}
	fmt.Printf("%d users\n", len(first.(*page).entities))
	return nil
}

// query are the options of the requests, as kiota generates them for each.
type query struct {
	Select []string `uriparametername:"%24select"`
	Top    *int32   `uriparametername:"%24top"`
}

// request is one of the SDK's own v1.0 API, by URL template.
func (g *graph) request(method abstractions.HttpMethod, template string, keys map[string]string, options any) *abstractions.RequestInformation {
	if keys == nil {
		keys = map[string]string{}
	}
	info := abstractions.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, template, keys)
	info.Headers.TryAdd("Accept", "application/json")
	info.AddQueryParameters(options)
	return info
}

// at is a request to an address as it stands.
func (g *graph) at(method abstractions.HttpMethod, address string) (*abstractions.RequestInformation, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	info := abstractions.NewRequestInformation()
	info.Method = method
	info.SetUri(*u)
	return info, nil
}

// Command gosdk does what its sibling go does, through the full msgraph-sdk-go and its
// types. Building that takes minutes and gigabytes, so only .ci/run --full does it.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	msgraphsdk "github.com/microsoftgraph/msgraph-sdk-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/microsoftgraph/msgraph-sdk-go-core/fileuploader"
	"github.com/microsoftgraph/msgraph-sdk-go/drives"
	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/planner"
	"github.com/microsoftgraph/msgraph-sdk-go/teams"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/graphvcr/graphvcr/harness/cli/testdata/clients/go/exchanges"
)

func main() {
	g, err := open()
	if err == nil {
		err = g.everything(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type graph struct {
	*msgraphsdk.GraphServiceClient
	adapter *msgraphsdk.GraphRequestAdapter
	log     *exchanges.Printer
}

type given string

func (g given) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(g), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func open() (*graph, error) {
	base := "https://graph.microsoft.com"
	if set := os.Getenv("GRAPH_BASE"); set != "" {
		base = set
	}
	host, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	provider, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(given(os.Getenv("GRAPH_TOKEN")),
		[]string{"https://graph.microsoft.com/.default"}, []string{"graph.microsoft.com", host.Hostname()})
	if err != nil {
		return nil, err
	}
	log := &exchanges.Printer{Base: http.DefaultTransport, Own: map[string]string{}}
	client := khttp.GetDefaultClient()
	client.Transport = khttp.NewCustomTransportWithParentTransport(log, msgraphgocore.GetDefaultMiddlewaresWithOptions(&msgraphgocore.GraphClientOptions{})...)
	adapter, err := msgraphsdk.NewGraphRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(provider, nil, nil, client)
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(base + "/v1.0")
	return &graph{msgraphsdk.NewGraphServiceClient(adapter), adapter, log}, nil
}

const nobody = "nobody@contoso.onmicrosoft.com"

func (g *graph) everything(ctx context.Context) error {
	people, err := g.listing(ctx)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if _, err := g.Users().ByUserId(*people[0].GetId()).Get(ctx, nil); err != nil {
		return fmt.Errorf("get: %w", err)
	}
	content := append([]byte{0xff, 0xfe}, bytes.Repeat([]byte("\x01tides\x80"), 150_000)...)
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"create", func() error { return g.create(ctx) }},
		{"batch", func() error { return g.batch(ctx, *people[1].GetId()) }},
		{"delta", func() error { return g.delta(ctx) }},
		{"files", func() error { return g.files(ctx, content) }},
		{"not found", func() error { _, err := g.Users().ByUserId(nobody).Get(ctx, nil); return refused(err, 404) }},
		{"conflict", func() error { return g.conflict(ctx) }},
		{"multipart", func() error { return g.multipart(ctx) }},
	} {
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (g *graph) listing(ctx context.Context) ([]models.Userable, error) {
	first, err := g.Users().Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{QueryParameters: &users.UsersRequestBuilderGetQueryParameters{
		Select: []string{"id", "displayName", "userPrincipalName"}, Top: new(int32(5)),
	}})
	if err != nil {
		return nil, err
	}
	iterator, err := msgraphgocore.NewPageIterator[models.Userable](first, g.adapter, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	var all []models.Userable
	err = iterator.Iterate(ctx, func(u models.Userable) bool { all = append(all, u); return true })
	fmt.Printf("%d users\n", len(all))
	return all, err
}

// create makes a team, which v1.0 does by an operation.
func (g *graph) create(ctx context.Context) error {
	team := models.NewTeam()
	team.SetDisplayName(new("Design review"))
	team.SetAdditionalData(map[string]any{"template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('standard')"})
	seen := khttp.NewHeadersInspectionOptions()
	seen.InspectResponseHeaders = true
	if _, err := g.Teams().Post(ctx, team, &teams.TeamsRequestBuilderPostRequestConfiguration{Options: []abstractions.RequestOption{seen}}); err != nil {
		return err
	}
	where := seen.GetResponseHeaders().Get("Location") // /teams('ID')/operations('ID')
	if len(where) != 1 {
		return fmt.Errorf("the answer has the locations %q", where)
	}
	keys := strings.Split(where[0], "'")
	if len(keys) != 5 {
		return fmt.Errorf("the answer has the location %q", where[0])
	}
	for range 20 {
		operation, err := g.Teams().ByTeamId(keys[1]).Operations().ByTeamsAsyncOperationId(keys[3]).Get(ctx, nil)
		if err != nil {
			return err
		}
		if *operation.GetStatus() == models.SUCCEEDED_TEAMSASYNCOPERATIONSTATUS {
			_, err := g.Teams().ByTeamId(keys[1]).Get(ctx, nil)
			return err
		}
	}
	return errors.New("the operation does not end")
}

func (g *graph) batch(ctx context.Context, someone string) error {
	one, err := g.Users().ByUserId(someone).ToGetRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	two, err := g.Users().ByUserId(nobody).ToGetRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	three, err := g.Groups().ToGetRequestInformation(ctx, &groups.GroupsRequestBuilderGetRequestConfiguration{
		QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Top: new(int32(1))}})
	if err != nil {
		return err
	}
	batch := msgraphgocore.NewBatchRequest(g.adapter)
	var items []msgraphgocore.BatchItem
	for i, info := range []*abstractions.RequestInformation{one, two, three} {
		item, err := batch.AddBatchRequestStep(*info)
		if err != nil {
			return err
		}
		g.log.Own[*item.GetId()] = fmt.Sprintf("part-%d", i+1)
		items = append(items, item)
	}
	items[2].SetDependsOn([]string{*items[0].GetId()})
	answer, err := batch.Send(ctx, g.adapter)
	if err != nil {
		return err
	}
	user, err := msgraphgocore.GetBatchResponseById[models.Userable](answer, *items[0].GetId(), models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return err
	}
	fmt.Printf("part 1: %s\n", *user.GetDisplayName())
	return nil
}

func (g *graph) delta(ctx context.Context) error {
	answer, err := g.Users().Delta().GetAsDeltaGetResponse(ctx, &users.DeltaRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.DeltaRequestBuilderGetQueryParameters{Select: []string{"displayName"}}})
	if err != nil {
		return err
	}
	iterator, err := msgraphgocore.NewPageIterator[models.Userable](answer, g.adapter, users.CreateDeltaGetResponseFromDiscriminatorValue)
	if err != nil {
		return err
	}
	if err := iterator.Iterate(ctx, func(models.Userable) bool { return true }); err != nil {
		return err
	}
	_, err = g.Users().Delta().WithUrl(*iterator.GetOdataDeltaLink()).GetAsDeltaGetResponse(ctx, nil)
	return err
}

// file is what the SDK's uploader reads from.
type file struct{ *bytes.Reader }

func (f file) Stat() (fs.FileInfo, error) { return sized(f.Size()), nil }

type sized int64

func (s sized) Name() string     { return "big.bin" }
func (s sized) Size() int64      { return int64(s) }
func (sized) Mode() fs.FileMode  { return 0o600 }
func (sized) ModTime() time.Time { return time.Time{} }
func (sized) IsDir() bool        { return false }
func (sized) Sys() any           { return nil }

// files uploads in slices and downloads through a redirect.
func (g *graph) files(ctx context.Context, content []byte) error {
	drive, err := g.Me().Drive().Get(ctx, nil)
	if err != nil {
		return err
	}
	item := g.Drives().ByDriveId(*drive.GetId()).Items().ByDriveItemId("root:/big.bin:")
	wanted := models.NewDriveItemUploadableProperties()
	wanted.SetAdditionalData(map[string]any{"@microsoft.graph.conflictBehavior": "replace"})
	body := drives.NewItemItemsItemCreateUploadSessionPostRequestBody()
	body.SetItem(wanted)
	session, err := item.CreateUploadSession().Post(ctx, body, nil)
	if err != nil {
		return err
	}
	task := fileuploader.NewLargeFileUploadTask[models.DriveItemable](g.adapter, session, file{bytes.NewReader(content)}, 320*1024, models.CreateDriveItemFromDiscriminatorValue, nil)
	if result := task.Upload(func(int64, int64) {}); !result.GetUploadSucceeded() {
		return errors.Join(result.GetResponseErrors()...)
	}
	same, err := item.Content().Get(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Printf("downloaded what was uploaded: %v\n", bytes.Equal(same, content))
	small := g.Drives().ByDriveId(*drive.GetId()).Items().ByDriveItemId("root:/note.txt:").Content()
	note := []byte("Minutes of the meeting\n")
	made, err := small.Put(ctx, note, nil) // which Graph takes itself
	if err != nil {
		return err
	}
	fmt.Printf("uploaded %s\n", *made.GetName())
	same, err = small.Get(ctx, nil)
	if err == nil {
		fmt.Printf("downloaded what was uploaded: %v\n", bytes.Equal(same, note))
	}
	return err
}

func (g *graph) conflict(ctx context.Context) error {
	task := models.NewPlannerTask()
	task.SetPlanId(new("xqQg5FS2LkCp935s-FIFm2QAFkHM"))
	task.SetTitle(new("Paint"))
	made, err := g.Planner().Tasks().Post(ctx, task, nil)
	if err != nil {
		return err
	}
	etag, ok := made.GetAdditionalData()["@odata.etag"].(*string)
	if !ok {
		return errors.New("the task has no etag")
	}
	for _, title := range []string{"Paint it", "Sell it"} {
		headers := abstractions.NewRequestHeaders()
		headers.Add("If-Match", *etag)
		change := models.NewPlannerTask()
		change.SetTitle(&title)
		_, err := g.Planner().Tasks().ByPlannerTaskId(*made.GetId()).Patch(ctx, change, &planner.TasksPlannerTaskItemRequestBuilderPatchRequestConfiguration{Headers: headers})
		if err != nil {
			return refused(err, 412)
		}
	}
	return errors.New("both writes were taken")
}

func (g *graph) multipart(ctx context.Context) error {
	body := abstractions.NewMultipartBody()
	body.SetRequestAdapter(g.adapter)
	if err := body.AddOrReplacePart("Presentation", "text/html", "<html><head><title>Notes</title></head></html>"); err != nil {
		return err
	}
	info := abstractions.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abstractions.POST, "{+baseurl}/me/onenote/pages", map[string]string{})
	if err := info.SetContentFromParsable(ctx, g.adapter, "multipart/form-data", body); err != nil {
		return err
	}
	_, err := g.adapter.Send(ctx, info, models.CreateOnenotePageFromDiscriminatorValue, nil)
	return err
}

// refused prints an error of the status that is expected, and returns any other.
func refused(err error, status int) error {
	if failure := (*odataerrors.ODataError)(nil); errors.As(err, &failure) && failure.ResponseStatusCode == status {
		fmt.Printf("refused: %d\n", status)
		return nil
	}
	return fmt.Errorf("not refused with %d: %w", status, err)
}

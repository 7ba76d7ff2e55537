package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/fileuploader"
)

const nobody = "nobody@contoso.onmicrosoft.com"

// everything is the whole script, in the order in which the other clients do it.
func (g *graph) everything(ctx context.Context) error {
	users, err := g.pages(ctx, g.request(abstractions.GET, "{+baseurl}/users{?%24select,%24top}", nil,
		query{Select: []string{"id", "displayName", "userPrincipalName"}, Top: new(int32(5))}))
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	fmt.Printf("%d users\n", len(users))
	if _, err := g.Send(ctx, g.user(users[0].id), newEntity, nil); err != nil {
		return fmt.Errorf("get: %w", err)
	}
	content := content()
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"create", func() error { return g.create(ctx, users[0]) }},
		{"batch", func() error { return g.batch(ctx, users[1]) }},
		{"delta", func() error { return g.delta(ctx) }},
		{"upload", func() error { return g.upload(ctx, content) }},
		{"download", func() error { return g.download(ctx, bigFile, content) }},
		{"note", func() error { return g.note(ctx) }},
		{"not found", func() error { _, err := g.Send(ctx, g.user(nobody), newEntity, nil); return refused(err, 404) }},
		{"conflict", func() error { return g.conflict(ctx) }},
		{"multipart", func() error { return g.multipart(ctx) }},
	} {
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (g *graph) user(key string) *abstractions.RequestInformation {
	return g.request(abstractions.GET, "{+baseurl}/users/{user%2Did}{?%24select}", map[string]string{"user%2Did": key}, query{})
}

// pages reads a list with the SDK's page iterator.
func (g *graph) pages(ctx context.Context, first *abstractions.RequestInformation) ([]*entity, error) {
	answer, err := g.Send(ctx, first, newPage, nil)
	if err != nil {
		return nil, err
	}
	iterator, err := msgraphgocore.NewPageIterator[*entity](answer, g, newPage)
	if err != nil {
		return nil, err
	}
	var all []*entity
	err = iterator.Iterate(ctx, func(e *entity) bool { all = append(all, e); return true })
	return all, err
}

func (g *graph) create(ctx context.Context, owner *entity) error {
	info, err := g.at(abstractions.POST, g.base+"/beta/chats")
	if err != nil {
		return err
	}
	seen := khttp.NewHeadersInspectionOptions()
	seen.InspectResponseHeaders = true
	info.AddRequestOptions([]abstractions.RequestOption{seen})
	err = info.SetContentFromParsable(ctx, g, "application/json", object{
		"chatType": "group",
		"topic":    "Design review",
		"members": []any{map[string]any{
			"@odata.type":     "#microsoft.graph.aadUserConversationMember",
			"roles":           []any{"owner"},
			"user@odata.bind": "https://graph.microsoft.com/beta/users('" + owner.id + "')",
		}},
		"installedApps": []any{map[string]any{
			"teamsApp@odata.bind": "https://graph.microsoft.com/beta/appCatalogs/teamsApps/05F59CEC-A742-4A50-A62E-202A57E478A4",
		}},
	})
	if err != nil {
		return err
	}
	if err := g.SendNoContent(ctx, info, nil); err != nil {
		return err
	}
	where := seen.GetResponseHeaders().Get("Location")
	if len(where) != 1 {
		return fmt.Errorf("the answer has the locations %q", where)
	}
	operation, err := g.poll(ctx, where[0])
	if err != nil {
		return err
	}
	_, err = g.Send(ctx, g.request(abstractions.GET, "{+baseurl}/chats/{chat%2Did}", map[string]string{"chat%2Did": operation.target}, query{}), newEntity, nil)
	return err
}

func (g *graph) poll(ctx context.Context, where string) (*entity, error) {
	if !strings.Contains(where, "://") {
		where = g.base + "/beta" + where
	}
	for range 20 {
		info, err := g.at(abstractions.GET, where)
		if err != nil {
			return nil, err
		}
		answer, err := g.Send(ctx, info, newEntity, nil)
		if err != nil {
			return nil, err
		}
		if operation := answer.(*entity); operation.status == "succeeded" {
			return operation, nil
		}
	}
	return nil, errors.New("the operation does not end")
}

func (g *graph) batch(ctx context.Context, someone *entity) error {
	batch := msgraphgocore.NewBatchRequest(g)
	one := g.user(someone.id)
	one.AddQueryParameters(query{Select: []string{"id", "displayName"}})
	var items []msgraphgocore.BatchItem
	for i, info := range []*abstractions.RequestInformation{
		one, g.user(nobody),
		g.request(abstractions.GET, "{+baseurl}/groups{?%24top}", nil, query{Top: new(int32(1))}),
	} {
		item, err := batch.AddBatchRequestStep(*info)
		if err != nil {
			return err
		}
		g.log.Own[*item.GetId()] = fmt.Sprintf("part-%d", i+1)
		items = append(items, item)
	}
	items[2].SetDependsOn([]string{*items[0].GetId()})
	answer, err := batch.Send(ctx, g)
	if err != nil {
		return err
	}
	for i, item := range items {
		part := answer.GetResponseById(*item.GetId())
		if part == nil {
			return fmt.Errorf("no answer to part %d", i+1)
		}
		fmt.Printf("part %d: %d\n", i+1, *part.GetStatus())
	}
	return nil
}

func (g *graph) delta(ctx context.Context) error {
	answer, err := g.Send(ctx, g.request(abstractions.GET, "{+baseurl}/users/delta(){?%24select}", nil, query{Select: []string{"id", "displayName"}}), newPage, nil)
	if err != nil {
		return err
	}
	iterator, err := msgraphgocore.NewPageIterator[*entity](answer, g, newPage)
	if err != nil {
		return err
	}
	if err := iterator.Iterate(ctx, func(*entity) bool { return true }); err != nil {
		return err
	}
	link := iterator.GetOdataDeltaLink()
	if link == nil || *link == "" {
		return errors.New("no delta link")
	}
	info, err := g.at(abstractions.GET, *link)
	if err != nil {
		return err
	}
	_, err = g.Send(ctx, info, newPage, nil)
	return err
}

// content is 1 MB that is no text and the same in every run.
func content() []byte {
	block := make([]byte, 4096)
	for n := range block {
		block[n] = byte((n*n*31 + n) >> 3)
	}
	return append([]byte{0xff, 0xfe}, bytes.Repeat(block, 256)...)
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

func drivePath(what string) string { return "{+baseurl}/me/drive/items/{driveItem%2Did}/" + what }

var bigFile = map[string]string{"driveItem%2Did": "root:/big.bin:"}

func (g *graph) upload(ctx context.Context, content []byte) error {
	info := g.request(abstractions.POST, drivePath("createUploadSession"), bigFile, query{})
	err := info.SetContentFromParsable(ctx, g, "application/json", object{
		"item": map[string]any{"@microsoft.graph.conflictBehavior": "replace", "name": "big.bin"},
	})
	if err != nil {
		return err
	}
	session, err := g.Send(ctx, info, newSession, nil)
	if err != nil {
		return err
	}
	task := fileuploader.NewLargeFileUploadTask[*entity](g, session.(*uploadSession), file{bytes.NewReader(content)}, 320*1024, newEntity, nil)
	result := task.Upload(func(int64, int64) {})
	if !result.GetUploadSucceeded() {
		return errors.Join(result.GetResponseErrors()...)
	}
	fmt.Printf("uploaded %s\n", result.GetItemResponse().name)
	return nil
}

func (g *graph) download(ctx context.Context, file map[string]string, content []byte) error {
	same, err := g.SendPrimitive(ctx, g.request(abstractions.GET, drivePath("content"), file, query{}), "[]byte", nil)
	if err == nil {
		fmt.Printf("downloaded what was uploaded: %v\n", bytes.Equal(same.([]byte), content))
	}
	return err
}

// note uploads a small file, which Graph takes itself.
func (g *graph) note(ctx context.Context) error {
	file, content := map[string]string{"driveItem%2Did": "root:/note.txt:"}, []byte("Minutes of the meeting\n")
	info := g.request(abstractions.PUT, drivePath("content"), file, query{})
	info.SetStreamContentAndContentType(content, "text/plain")
	made, err := g.Send(ctx, info, newEntity, nil)
	if err != nil {
		return err
	}
	fmt.Printf("uploaded %s\n", made.(*entity).name)
	return g.download(ctx, file, content)
}

func (g *graph) conflict(ctx context.Context) error {
	info := g.request(abstractions.POST, "{+baseurl}/planner/tasks", nil, query{})
	if err := info.SetContentFromParsable(ctx, g, "application/json", object{"planId": "xqQg5FS2LkCp935s-FIFm2QAFkHM", "title": "Paint"}); err != nil {
		return err
	}
	made, err := g.Send(ctx, info, newEntity, nil)
	if err != nil {
		return err
	}
	task := made.(*entity)
	for _, title := range []string{"Paint it", "Sell it"} {
		info := g.request(abstractions.PATCH, "{+baseurl}/planner/tasks/{plannerTask%2Did}", map[string]string{"plannerTask%2Did": task.id}, query{})
		info.Headers.Add("If-Match", task.etag)
		if err := info.SetContentFromParsable(ctx, g, "application/json", object{"title": title}); err != nil {
			return err
		}
		if err = g.SendNoContent(ctx, info, nil); err != nil {
			return refused(err, 412)
		}
	}
	return errors.New("both writes were taken")
}

func (g *graph) multipart(ctx context.Context) error {
	body := abstractions.NewMultipartBody()
	body.SetRequestAdapter(g)
	html := `<html><head><title>Notes</title></head><body><object data="name:plan"/></body></html>`
	if err := body.AddOrReplacePart("Presentation", "text/html", html); err != nil {
		return err
	}
	if err := body.AddOrReplacePart("plan", "application/octet-stream", []byte("plan\x01of\x02tides")); err != nil {
		return err
	}
	info := g.request(abstractions.POST, "{+baseurl}/me/onenote/pages", nil, query{})
	if err := info.SetContentFromParsable(ctx, g, "multipart/form-data", body); err != nil {
		return err
	}
	_, err := g.Send(ctx, info, newEntity, nil)
	return err
}

// refused prints an error of the status that is expected, and returns any other.
func refused(err error, status int) error {
	if failure := (*abstractions.ApiError)(nil); errors.As(err, &failure) && failure.ResponseStatusCode == status {
		fmt.Printf("refused: %d\n", status)
		return nil
	}
	return fmt.Errorf("not refused with %d: %w", status, err)
}

// Package terraform is a recipe: the acceptance test of a Terraform provider, over a cassette.
// The provider has one resource, a group of Microsoft Graph.
package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Provider is the provider of one resource.
type Provider struct {
	Client *http.Client
	Every  time.Duration // how often to ask whether a new group is there
}

// Metadata implements provider.Provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "graph"
}

// Schema implements provider.Provider.
func (p *Provider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure implements provider.Provider.
func (p *Provider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData = p
}

// DataSources implements provider.Provider.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources implements provider.Provider.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &group{provider: p} }}
}

type group struct{ provider *Provider }

type groupModel struct {
	ID          types.String `tfsdk:"id" json:"-"`
	DisplayName types.String `tfsdk:"display_name" json:"-"`
}

type graphGroup struct {
	ID           string `json:"id,omitempty"`
	DisplayName  string `json:"displayName"`
	MailEnabled  bool   `json:"mailEnabled"`
	MailNickname string `json:"mailNickname"`
	Security     bool   `json:"securityEnabled"`
}

func (g *group) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "graph_group"
}

func (g *group) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
		"display_name": schema.StringAttribute{Required: true},
	}}
}

// send asks Graph, and reads the answer into what is not nil.
func (g *group) send(ctx context.Context, method, path string, body, into any) (status int, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, "https://graph.microsoft.com/v1.0"+path, bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := g.provider.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusNotFound {
		return resp.StatusCode, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	if into != nil {
		err = json.Unmarshal(answer, into)
	}
	return resp.StatusCode, err
}

func (g *group) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	made := graphGroup{DisplayName: m.DisplayName.ValueString(), MailNickname: m.DisplayName.ValueString(), Security: true}
	_, err := g.send(ctx, http.MethodPost, "/groups", made, &made)
	for err == nil { // what was just made is 404 at first
		var status int
		if status, err = g.send(ctx, http.MethodGet, "/groups/"+made.ID, nil, &made); err == nil && status != http.StatusNotFound {
			break
		}
		time.Sleep(g.provider.Every)
	}
	if err != nil {
		resp.Diagnostics.AddError("create a group", err.Error())
		return
	}
	m.ID = types.StringValue(made.ID)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (g *group) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	var is graphGroup
	status, err := g.send(ctx, http.MethodGet, "/groups/"+m.ID.ValueString(), nil, &is)
	switch {
	case err != nil:
		resp.Diagnostics.AddError("read a group", err.Error())
		return
	case status == http.StatusNotFound:
		resp.State.RemoveResource(ctx)
		return
	}
	m.DisplayName = types.StringValue(is.DisplayName)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (g *group) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if _, err := g.send(ctx, http.MethodPatch, "/groups/"+m.ID.ValueString(), map[string]string{"displayName": m.DisplayName.ValueString()}, nil); err != nil {
		resp.Diagnostics.AddError("update a group", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (g *group) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	if _, err := g.send(ctx, http.MethodDelete, "/groups/"+m.ID.ValueString(), nil, nil); err != nil {
		resp.Diagnostics.AddError("delete a group", err.Error())
	}
}

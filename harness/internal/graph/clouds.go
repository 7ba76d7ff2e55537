package graph

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Host is the Graph host of the global cloud, and URL its address.
const (
	Host = "graph.microsoft.com"
	URL  = "https://" + Host
)

// LegacyHost is that of Azure AD Graph, another API, which is retired. Requests to it
// carry tokens all the same.
const LegacyHost = "graph.windows.net"

// MachineHost is where programs on a virtual machine in Azure get the tokens of its
// managed identity, over plain HTTP.
const MachineHost = "169.254.169.254"

// AccountHost is where personal accounts sign in, whatever the cloud, at addresses of its own.
const AccountHost = "login.live.com"

// A Cloud is a deployment of Graph. Tokens of one are not accepted by another
// (concepts/deployments).
type Cloud struct {
	Name     string     // as options spell it: "global", "us-gov"
	Host     string     // of Graph; with https the audience of its tokens
	Login    string     // host of its authority (concepts/deployments)
	SignIn   [][]string // all its sign-in hosts, in groups that stand for one another, the preferred first (MSAL's instance metadata)
	Instance string     // what its sign-in service calls the cloud
	Closed   bool       // nobody is served any more; recordings of it may be there
}

// Clouds lists the clouds; the first is the global one.
func Clouds() []Cloud {
	american := [][]string{{"login.microsoftonline.us", "login.usgovcloudapi.net"}}
	return []Cloud{
		{Name: "global", Host: Host, Login: "login.microsoftonline.com", Instance: "microsoftonline.com",
			SignIn: [][]string{{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}, {"login-us.microsoftonline.com"}}},
		{Name: "us-gov", Host: "graph.microsoft.us", Login: "login.microsoftonline.us", Instance: "microsoftonline.us", SignIn: american},
		{Name: "us-gov-dod", Host: "dod-graph.microsoft.us", Login: "login.microsoftonline.us", Instance: "microsoftonline.us", SignIn: american},
		{Name: "china", Host: "microsoftgraph.chinacloudapi.cn", Login: "login.chinacloudapi.cn", Instance: "partner.microsoftonline.cn",
			SignIn: [][]string{{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}}},
		{Name: "germany", Host: "graph.microsoft.de", Login: "login.microsoftonline.de", Instance: "microsoftonline.de",
			SignIn: [][]string{{"login.microsoftonline.de"}}, Closed: true},
	}
}

// Hosts lists the hosts of Graph in every cloud.
func Hosts() []string {
	var all []string
	for _, c := range Clouds() {
		all = append(all, c.Host)
	}
	return all
}

// hosts is never written to.
var hosts = Hosts()

// IsHost reports whether a host, with or without a scheme's own port, is Graph's in any
// cloud.
func IsHost(host string) bool { return slices.Contains(hosts, BareHost(host)) }

// CloudOf is the cloud whose Graph stands at a host; a test server's host and a proxy's
// count as the global one's.
func CloudOf(host string) Cloud {
	return Clouds()[max(0, slices.Index(hosts, BareHost(host)))]
}

// SignInCloud is the cloud that a host signs in for, with the host's group alone. The
// answer for any other host is the global cloud, and known is false.
func SignInCloud(host string) (c Cloud, known bool) {
	host = BareHost(host)
	for _, c := range Clouds() {
		for _, group := range c.SignIn {
			if slices.Contains(group, host) {
				c.SignIn = [][]string{group}
				return c, true
			}
		}
	}
	c = Clouds()[0]
	c.SignIn = c.SignIn[:1]
	return c, false
}

// IsSignInHost reports whether a host is one that people and programs sign in with, in
// any cloud or with a personal account: what is asked there is no link that an answer of
// Graph gave.
func IsSignInHost(host string) bool { return signInHosts[BareHost(host)] }

var signInHosts = func() map[string]bool {
	hosts := map[string]bool{AccountHost: true}
	for _, c := range Clouds() {
		for _, host := range slices.Concat(c.SignIn...) {
			hosts[host] = true
		}
	}
	return hosts
}()

// BareHost folds a host: lower case, without the default ports of http and https and
// without the dot of a rooted name. Another port stays.
func BareHost(host string) string {
	host = ascii.ToLower(host)
	name, port := host, ""
	// A colon in brackets, or one of several, is part of an IPv6 address.
	if i := strings.LastIndexByte(name, ':'); i >= 0 && (name[:i] != "" && name[i-1] == ']' || strings.IndexByte(name, ':') == i) {
		name, port = name[:i], name[i:]
	}
	bare := strings.TrimRight(name, ".")
	switch {
	case port == "", port == ":", port == ":80", port == ":443":
		return bare
	case bare == name:
		return host
	}
	return bare + port
}

// WithoutPort is a host without its port.
func WithoutPort(host string) string {
	if k := strings.LastIndexByte(host, ':'); k >= 0 && strings.Trim(host[k+1:], "0123456789") == "" {
		return host[:k]
	}
	return host
}

// fileHosts are the ends of the hosts that Graph's answers send clients to for files
// (v1.0/api/driveitem-get-content, driveitem-createuploadsession,
// attachment-createuploadsession; concepts/long-running-actions-overview).
var fileHosts = [...]string{
	".1drv.com", ".sharepoint.com", ".onedrive.com", "outlook.office.com", "outlook.office365.com", "reports.office.com", "print.microsoft.com",
}

// IsFileHost reports whether a host is one that answers send clients to for files.
func IsFileHost(host string) bool {
	host = BareHost(host)
	return slices.ContainsFunc(fileHosts[:], func(end string) bool { return strings.HasSuffix(host, end) })
}

// The hosts of conversations' ids, 19:LOCAL@HOST (beta/api/chat-post,
// v1.0/api/channel-post).
const (
	ChatHost       = "thread.v2"
	OneOnOneHost   = "unq.gbl.spaces"
	ChannelHost    = "thread.tacv2"
	OldChannelHost = "thread.skype"
)

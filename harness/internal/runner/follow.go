package runner

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/report"
)

// maxPages bounds a walk that names no bound.
const maxPages = 10_000

// follow walks from page to page and checks every one. The link is requested as
// it came (concepts/paging: opaque), with the headers of the first request,
// which no link implies (concepts/aad-advanced-queries).
func (s pager) follow(ctx context.Context) (last *answer, h *halt) {
	asked := map[string]bool{}
	total := 0
	req, h := requestMaker(s).request(ctx)
	for h == nil && req != nil {
		if last, h = exchanger(s).exchange(req); h != nil {
			return nil, h
		}
		s.page++
		asked[req.URL.String()] = true
		body, _ := last.doc.(map[string]any)
		value, _ := body["value"].([]any)
		total += len(value)
		if h = s.judge(last); h != nil || s.page >= cmp.Or(s.step.Follow.Max, maxPages) {
			break
		}
		req, h = s.next(last, asked)
	}
	if h == nil {
		s.checkTotal(total)
	}
	return last, h
}

// next is the request for the page after this one; nil when it was the last.
func (s pager) next(page *answer, asked map[string]bool) (*http.Request, *halt) {
	nodes := s.step.Follow.Link.Select(page.doc)
	if !page.isJSON || len(nodes) == 0 {
		return nil, nil
	}
	at := nodes[0].Path
	link, ok := nodes[0].Value.(string)
	if !ok {
		s.followed(page, ruleFollowLink, at, "a link", jsonText(nodes[0].Value), "is not a link")
		return nil, nil
	}
	u, err := resolve(s.opts.Host, link, s.step.API)
	if err != nil {
		s.followed(page, ruleFollowLink, at, "a link", link, "is not a link")
		return nil, nil
	}
	if asked[u.String()] {
		s.followed(page, ruleFollowLoop, at, "a page not seen yet", shownURL(u), "leads back to a page already seen")
		return nil, nil
	}
	req, err := http.NewRequestWithContext(page.request.Context(), http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, couldNot(ruleRunRequest, s.step.Follow.Line, "build the request for the next page: %v", err)
	}
	req.Header = page.request.Header.Clone()
	req.Header.Del("Content-Type")
	if req.URL.Host != page.request.URL.Host {
		protocol.DropCredentials(req.Header)
	}
	return req, nil
}

func (s pager) followed(page *answer, rule report.Rule, at, want, got, is string) {
	f := inBody(at).failed(rule, s.step.Follow.Line, want, value(got))
	f.Is = is
	s.report(page, f)
}

// checkTotal compares the number of elements of value over all pages.
func (s pager) checkTotal(total int) {
	wanted := s.step.Follow.Total
	if wanted == nil || inRange(total, wanted) {
		return
	}
	pages := s.page
	s.page = 0 // the finding is of all of them
	f := place{where: "$['value']"}.failed(ruleFollowTotal, s.step.Follow.Line, countText(wanted), fmt.Sprint(total))
	f.Message = fmt.Sprintf("value has %d elements over %d page(s), wanted %s", total, pages, f.Want)
	s.add(f)
}

package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A window is a browser's, which shows one page at a time.
type window struct {
	t      *testing.T
	ctx    context.Context
	server *httptest.Server

	mu    sync.Mutex
	page  []byte
	told  []string // by the console
	asked []string // addresses
}

func open(t *testing.T) *window {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no chromium: the pages are not looked at")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 1000),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // waits until the browser has ended, and its folder with it
	w := &window{t: t, ctx: ctx}
	w.server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.server.Close)
	chromedp.ListenTarget(ctx, w.hear)
	if err := chromedp.Run(ctx, network.Enable(), log.Enable(), chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *window) serve(out http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(out, r)
		return
	}
	w.mu.Lock()
	page := w.page
	w.mu.Unlock()
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = out.Write(page)
}

func (w *window) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.told = append(w.told, fmt.Sprint(e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		w.told = append(w.told, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if !strings.Contains(e.Entry.URL, "favicon") {
			w.told = append(w.told, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if !strings.Contains(e.Request.URL, "favicon") {
			w.asked = append(w.asked, e.Request.URL)
		}
	}
}

// show opens a page, at an anchor, and returns how long that took.
func (w *window) show(page []byte, anchor string) time.Duration {
	w.t.Helper()
	w.mu.Lock()
	w.page = page
	w.mu.Unlock()
	w.do(chromedp.Navigate("about:blank"))
	began := time.Now()
	w.do(chromedp.Navigate(w.server.URL+"/"+anchor), chromedp.WaitReady("main h2, main .empty", chromedp.ByQuery))
	took := time.Since(began)
	w.do(chromedp.Evaluate(`navigator.clipboard.writeText = async text => { window.copied = text; }`, nil))
	return took
}

func (w *window) do(actions ...chromedp.Action) {
	w.t.Helper()
	if err := chromedp.Run(w.ctx, actions...); err != nil {
		w.t.Fatal(err)
	}
}

// is fails unless an expression is true in the page.
func (w *window) is(what, expression string) {
	w.t.Helper()
	var fine bool
	w.do(chromedp.Evaluate("(() => { try { return !!("+expression+") } catch { return false } })()", &fine))
	if !fine {
		var seen string
		w.do(chromedp.Evaluate(`location.hash + ' ' + (document.activeElement.textContent || document.activeElement.id).slice(0, 80) + ' | ' + document.querySelector('main').innerText.slice(0, 400)`, &seen))
		w.t.Errorf("not so: %s: %s\n%s\nconsole: %q", what, expression, seen, w.told)
	}
}

func (w *window) click(selector string) {
	w.t.Helper()
	w.do(chromedp.Click(selector, chromedp.ByQuery))
}

// press sends a key to what has the focus.
func (w *window) press(keys ...string) {
	w.t.Helper()
	for _, key := range keys {
		w.do(chromedp.KeyEvent(key))
	}
}

// write gives the filter a text as a user would. (Keys that the driver sends reach an input
// even where the page has taken them, so that the one that led there would stand in it.)
func (w *window) write(text string) {
	w.t.Helper()
	w.do(chromedp.Evaluate(fmt.Sprintf(`{ const e = document.getElementById('filter'); e.value = %q; e.dispatchEvent(new Event('input')); }`, text), nil))
}

// look keeps pictures where GRAPHVCR_SCREENSHOTS names a folder: light, dark, and 500 px
// wide, where nothing may be wider than the window.
func (w *window) look(name string) {
	w.t.Helper()
	for _, way := range []struct {
		name, scheme  string
		width, height int64
	}{{"light", "light", 1280, 900}, {"dark", "dark", 1280, 900}, {"narrow", "light", 500, 900}} {
		w.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: way.scheme}}),
			emulation.SetDeviceMetricsOverride(way.width, way.height, 1, false))
		w.is(name+" fits "+way.name, `document.documentElement.scrollWidth <= innerWidth`)
		w.is(name+" is "+way.scheme, fmt.Sprintf(`getComputedStyle(document.body).backgroundColor === %q`, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[way.scheme]))
		if dir := os.Getenv("GRAPHVCR_SCREENSHOTS"); dir != "" {
			var picture []byte
			w.do(chromedp.Evaluate("scrollTo(0, 0)", nil), chromedp.CaptureScreenshot(&picture))
			if err := os.WriteFile(filepath.Join(dir, "report-"+name+"-"+way.name+".png"), picture, 0o644); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.do(emulation.SetEmulatedMedia(), emulation.ClearDeviceMetricsOverride())
}

// quiet fails if the console said anything, or the page asked for anything.
func (w *window) quiet() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.told) > 0 {
		w.t.Errorf("the console says: %q", w.told)
	}
	for _, address := range w.asked {
		if address, _, _ = strings.Cut(address, "#"); strings.TrimSuffix(address, "/") != w.server.URL && address != "about:blank" {
			w.t.Errorf("the page asked for %s", address)
		}
	}
}

const items = `[...document.querySelectorAll('.item')].filter(a => !a.hidden && !a.closest('[hidden]'))`

func TestRun(t *testing.T) {
	p, w := newProject(t), open(t)
	page := p.run()
	w.show(page, "")
	w.is("the first error is shown", `document.querySelector('main h2').textContent.includes('$.status: got "succeeded", want "done"')`)
	w.is("errors come first, and passed scenarios are there", `document.querySelector('.group h2').textContent.startsWith('Errors 3') && document.querySelectorAll('.item.passed').length === 21`)
	w.is("the line of the body is marked, and says what is wrong", `document.querySelector('.l.marked').textContent.includes('"status"') && document.querySelector('.says')`)
	w.is("the request is shown", `document.querySelector('main .bar').textContent.includes('GET')`)
	w.is("and the scenario's steps", `document.querySelectorAll('main .strip li').length === 6 && document.querySelector('main .strip .current.error')`)

	w.press("j")
	w.is("j goes to the miss", `document.querySelector('main h2').textContent.startsWith('No answer')`)
	w.is("the nearest recording is beside it, line by line", `document.querySelector('.row.pair .old').textContent.includes('?$select=id,displayName') && document.querySelector('.row.pair .new').textContent.endsWith(',mail')`)
	w.press("s")
	w.is("s lays them side by side", `document.querySelector('.row.pair .old').getBoundingClientRect().top === document.querySelector('.row.pair .new').getBoundingClientRect().top`)
	w.press("2")
	w.is("2 is the second tab", `document.querySelector('[role=tab][aria-selected=true]').textContent === 'Recorded response body' && document.querySelector('main pre.body').offsetParent`)
	w.press("c")
	w.is("c copies the command", `copied === 'graphvcr replay scenarios/users/list-pages.yaml'`)
	w.press("l")
	w.is("l copies a link to it", `copied === location.href && location.hash.length > 1`)
	w.press("k")
	w.is("k goes back", `document.querySelector('.item[aria-current]') === document.querySelector('.item')`)

	w.press("/")
	w.is("/ goes to the filter", `document.activeElement.id === 'filter'`)
	w.write("copy.yaml")
	w.is("which knows files", items+`.map(a => a.innerText).join('').includes('copy.yaml') && `+items+`.length === 1`)
	w.press(kb.Escape, "j")
	w.is("Escape leaves it, and j goes to what is left", `document.querySelector('main h2').textContent === 'Copy a file and watch its monitor'`)
	w.is("whose exchanges are there", `document.querySelectorAll('main .one').length === 7`)
	w.press("e")
	w.is("e expands them", `document.querySelectorAll('main .one[open]').length === 7`)
	w.is("with their bodies", `[...document.querySelectorAll('main .one pre.body')].some(e => e.textContent.includes('"percentageComplete"'))`)
	w.is("in which pseudonyms are marked", `document.querySelector('main mark')`)
	w.write("")
	w.click(`.chips [data-class="error"]`)
	w.is("chips filter", items+`.length === 3 && document.querySelector('.chips [data-class="error"]').getAttribute('aria-pressed') === 'true'`)
	w.write("nothing holds this")
	w.is("nothing is said to be nothing", `!document.getElementById('none').hidden`)

	var id string
	w.do(chromedp.Evaluate(`document.querySelectorAll('.item.error')[2].getAttribute('href')`, &id))
	w.show(page, id)
	w.is("an address names what is shown", `document.querySelector('main h2').textContent.includes('mail')`)
	w.is("a property that is missing marks the object", `document.querySelector('.l.marked').textContent === '{'`)
	w.show(page, "")
	w.look("run")
	w.press("j")
	w.look("miss")
	w.quiet()
}

func TestDrift(t *testing.T) {
	p, w := newProject(t), open(t)
	w.show(p.drift(), "")
	w.is("the biggest change comes first", `document.querySelector('h1').textContent === '2 breaking changes, 1 to look at, 2 harmless'`)
	w.is("all five are there, and what is unchanged", `document.querySelectorAll('.item:not(.passed)').length === 5 && document.querySelectorAll('.item.passed').length > 0`)
	w.is("the property that is gone is marked", `document.querySelector('.row.gone.marked .old, .row.pair.marked .old').textContent.includes('"officeLocation"')`)
	w.is("ids are dimmed and no difference", `document.querySelector('.row.loose .new').textContent.includes('"id"') && ![...document.querySelectorAll('.row.gone, .row.come, .row.pair')].some(r => r.textContent.includes('"id"'))`)
	w.is("what is alike is folded", `document.querySelector('details.fold:not([open])')`)
	w.press("e")
	w.is("and opens", `document.querySelector('details.fold[open]')`)
	w.click(`.item.error:nth-of-type(2)`)
	w.is("a status is shown on both sides", `document.querySelector('main .bar .status').textContent === '200 → 206'`)
	w.click(`.item.note:nth-of-type(2)`)
	w.is("a header is what its tab shows", `[...document.querySelectorAll('.row.come .new')].some(e => e.offsetParent && e.textContent.startsWith('Sunset')) && document.querySelector('[role=tab][aria-selected=true]').textContent === 'Headers (1 changed)'`)
	w.click(`.item.passed`)
	w.is("an unchanged request shows its body", `document.querySelector('main').textContent.includes('Only ids, dates') && document.querySelector('main').textContent.includes('"Request_ResourceNotFound"')`)
	w.look("unchanged")
	w.click(`.item.error`)
	w.look("drift")
	w.quiet()
}

func TestMetadata(t *testing.T) {
	p, w := newProject(t), open(t)
	w.show(p.metadata(), "")
	w.is("what was declared is shown", `document.querySelector('.row.marked .old').textContent.includes('Name="auditLog"')`)
	w.is("one cause is one change, with the types that it carries", `document.querySelectorAll('.item.error').length === 1 && document.querySelector('main').innerText.includes('with 279 types')`)
	w.press("j")
	w.is("what came is shown as it is declared", `document.querySelector('.item.note[aria-current]') && document.querySelector('main').innerText.includes('<')`)
	w.look("metadata")
	w.quiet()
}

func TestHistory(t *testing.T) {
	p, w := newProject(t), open(t)
	w.show(p.history(), "")
	w.is("commits stand in their order", `document.querySelectorAll('body > .strip li').length === 3 && document.querySelector('body > .strip li:last-child').classList.contains('error')`)
	w.click(`body > .strip li:nth-of-type(2) a`)
	w.is("one that changed nothing says so", `document.querySelector('main').innerText.includes('Only ids, dates')`)
	w.click(`body > .strip li:last-child a`)
	w.is("one that did shows its worst change", `document.querySelector('main h2 em').textContent === 'Property lost'`)
	w.look("history")
	w.quiet()
}

func TestCassette(t *testing.T) {
	p, w := newProject(t), open(t)
	page := p.cassette()
	w.show(page, "#3")
	w.is("an address names an interaction", `document.querySelector('.item[aria-current]').getAttribute('href') === '#3'`)
	w.is("pseudonyms are marked", `document.querySelector('main mark')`)
	w.show(page, "#0")
	w.click(`main .panel:not([hidden]) .copy`)
	w.is("a body is copied as it is", `JSON.parse(copied).userPrincipalName && copied.split('\n').length === document.querySelectorAll('main .panel:not([hidden]) .l').length`)
	w.click(`#theme`)
	w.is("the theme is the reader's", `document.documentElement.classList.contains('dark') || document.documentElement.classList.contains('light')`)
	w.click(`#theme`)
	w.show(page, "")
	w.look("cassette")
	w.do(emulation.SetDeviceMetricsOverride(500, 900, 1, false))
	w.click(`.item:nth-of-type(2)`)
	w.is("in a narrow window one thing is shown at a time", `!document.querySelector('nav').offsetParent && document.querySelector('main h2').offsetParent`)
	w.click(`.back`)
	w.is("and the list is a click away", `document.querySelector('nav').offsetParent && !document.querySelector('main').offsetParent`)
	w.quiet()
}

// Hostile texts are texts, and a thousand findings open within a second.
func TestThousandFindings(t *testing.T) {
	w := open(t)
	page := thousand(t)
	took := best(time.Second, func() time.Duration { return w.show(page, "") })
	t.Logf("1,000 findings, %d KB: opened in %v", len(page)>>10, took)
	if took > time.Second {
		t.Errorf("opened in %v, want below 1 s", took)
	}
	w.is("all are there", `document.querySelectorAll('.item').length === 1000`)
	took = best(time.Second, func() time.Duration {
		began := time.Now()
		w.write("finding")
		w.write("type added")
		w.write("")
		return time.Since(began)
	})
	if took > time.Second {
		t.Errorf("filtered three times in %v, want below 1 s", took)
	}
	w.press("j", "j", "e", "2", "3")
	w.is("no text of a body ran", `!document.title.includes('owned') && !document.querySelector('img')`)
	w.quiet()
}

func TestThousandInteractions(t *testing.T) {
	p, w := newProject(t), open(t)
	page := p.long()
	took := best(2*time.Second, func() time.Duration { return w.show(page, "#999") })
	t.Logf("1,000 interactions, %d KB: opened in %v", len(page)>>10, took)
	if took > 2*time.Second {
		t.Errorf("opened in %v, want below 2 s", took)
	}
	w.is("the last is shown", `document.querySelector('main h2').textContent === 'GET /v1.0/users/999/messages' && document.querySelector('.item[aria-current]').getAttribute('href') === '#999'`)
	w.quiet()
}

// TestLive: serve's page shows requests as they come, with no look at anything but itself.
func TestLive(t *testing.T) {
	p, w := newProject(t), open(t)
	base, page := p.serve("users/select", "users/list-pages")
	w.do(chromedp.Navigate(page), chromedp.WaitReady("body", chromedp.ByQuery))
	get := func(path string) {
		t.Helper()
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	w.is("nothing came yet", `document.querySelector('h1').textContent.startsWith('Serving users/select') && !document.querySelector('.item')`)
	get("/v1.0/users?$select=id,displayName&$top=2")
	w.do(chromedp.WaitReady(`.item[href="#r1"]`, chromedp.ByQuery))
	w.is("a hit is shown", `document.querySelector('main pre.body').textContent.includes('Adele Vance')`)
	get("/v1.0/users?$select=id,displayName,mail&$top=2")
	w.do(chromedp.WaitReady(`.item[href="#r2"]`, chromedp.ByQuery))
	w.is("the last comes first, and a miss is one", `document.querySelector('.item').textContent.startsWith('No answer') && document.querySelector('.chips [data-class="error"] b').textContent === '1'`)
	w.click(`.item[href="#r2"]`)
	w.is("beside the nearest recording", `document.querySelector('.row.pair .new').textContent.endsWith(',mail')`)
	resp, err := http.Post(base+"/_graphvcr/sessions", "application/json", strings.NewReader(`{"cassette": "users/select"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	session := strings.TrimPrefix(resp.Header.Get("Location"), base)
	get(session + "/v1.0/none")
	w.do(chromedp.WaitReady(`.item[href="#r3"]`, chromedp.ByQuery))
	w.is("sessions are told apart", `document.querySelector('.item[href="#r3"]').textContent.includes('session ')`)
	w.look("live")
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.told) > 0 {
		t.Errorf("the console says: %q", w.told)
	}
	for _, address := range w.asked {
		if address != "about:blank" && !strings.HasPrefix(address, page) {
			t.Errorf("the page asked for %s", address)
		}
	}
}

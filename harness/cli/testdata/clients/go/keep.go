package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

// kept is a file with MSAL's cache.
type kept string

func (k kept) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	text, err := os.ReadFile(string(k))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.Unmarshal(text)
}

func (k kept) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) error {
	text, err := c.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(string(k), text, 0o600)
}

// keep signs a user in with the library below azidentity, which keeps its cache in a
// file, and reads one page. How is sign-in: by device code, anew; else with what is in
// the cache.
func keep(ctx context.Context, how string) error {
	app, err := public.New(os.Getenv("AZURE_CLIENT_ID"), public.WithCache(kept(os.Getenv("TOKEN_CACHE"))),
		public.WithAuthority("https://login.microsoftonline.com/"+os.Getenv("AZURE_TENANT_ID")))
	if err != nil {
		return err
	}
	scopes := []string{"https://graph.microsoft.com/User.Read"}
	var result public.AuthResult
	if how == "sign-in" {
		code, err := app.AcquireTokenByDeviceCode(ctx, scopes)
		if err != nil {
			return err
		}
		if result, err = code.AuthenticationResult(ctx); err != nil {
			return err
		}
	} else {
		accounts, err := app.Accounts(ctx)
		if err != nil || len(accounts) == 0 {
			return fmt.Errorf("nobody has signed in: %w", err)
		}
		if result, err = app.AcquireTokenSilent(ctx, scopes, public.WithSilentAccount(accounts[0])); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.microsoft.com/v1.0/me", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+result.AccessToken)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Println(answer.StatusCode)
	return nil
}

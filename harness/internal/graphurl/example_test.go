package graphurl_test

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

func Example() {
	u, err := graphurl.Parse("https://graph.microsoft.us/v1.0/Users('o''brien%40contoso.com')/messages/?top=5&$select=subject,id")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(u)
	fmt.Println(u.Template())
	// Output:
	// //graph/v1.0/users/o'brien@contoso.com/messages?$select=id,subject&$top=5
	// /v1.0/users/{upn}/messages
}

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// requestMain is a program that sends requests with what net/http makes of its
// environment: "METHOD URL [BODY]" each, and "exit N" at the end.
func requestMain() {
	args := os.Args[1:]
	for len(args) > 0 {
		switch {
		case args[0] == "exit":
			status, _ := strconv.Atoi(args[1])
			os.Exit(status)
		case args[0] == "GET":
			request(args[0], args[1], "")
			args = args[2:]
		default:
			request(args[0], args[1], args[2])
			args = args[3:]
		}
	}
}

func request(method, url, body string) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		os.Exit(9)
	}
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(resp.StatusCode, resp.Proto, string(text))
}

// Reads obfuscated URLs, one a line in hexadecimal; writes what they stand for in hexadecimal, or "-".
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"

	"thumblingurl"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, err := hex.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		url, err := thumblingurl.Decode(string(text))
		if err != nil {
			fmt.Println("-")
			continue
		}
		fmt.Println(hex.EncodeToString([]byte(url)))
	}
}

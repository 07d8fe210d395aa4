// Reads an HdrHistogram log from standard input with HdrHistogram's own library for Go, and prints what is in it.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/HdrHistogram/hdrhistogram-go"
)

type interval struct {
	Tag   string  `json:"tag"`
	Count int64   `json:"count"`
	P50   int64   `json:"p50"`
	P99   int64   `json:"p99"`
	Max   int64   `json:"max"`
}

func main() {
	reader := hdrhistogram.NewHistogramLogReader(os.Stdin)
	found := []interval{}
	for {
		histogram, err := reader.NextIntervalHistogram()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if histogram == nil {
			break
		}
		found = append(found, interval{histogram.Tag(), histogram.TotalCount(), histogram.ValueAtQuantile(50), histogram.ValueAtQuantile(99), histogram.Max()})
	}
	json.NewEncoder(os.Stdout).Encode(found)
}

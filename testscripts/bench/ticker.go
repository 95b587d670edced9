package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// tickerName is the program that the bench stands in for, where the rate of the
// events is what matters and not the training.
const tickerName = "arkor-trainer"

// tickerField is the number of a log line that carries when it was printed, in
// microseconds.
const tickerField = "samplesPerSecond"

func isTicker() bool { return filepath.Base(os.Args[0]) == tickerName }

// tick answers as the trainer does: it knows one model, and a job of it logs at
// a steady rate once there was time for readers to come.
func tick() {
	if len(os.Args) > 1 && os.Args[1] == "models" {
		fmt.Println(`{"models":[{"id":"arkor/tiny","displayName":"Ticker","limits":{},"capabilities":{"train":true}}]}`)
		return
	}
	fmt.Println(`{"type":"started","metadata":{}}`)
	time.Sleep(3 * time.Second)
	steady := time.NewTicker(time.Second / readerEvents)
	defer steady.Stop()
	const count = readerEvents * readerSeconds
	for step := 1; step <= count; step++ {
		<-steady.C
		fmt.Printf(`{"type":"log","step":%d,"loss":1.25,"learningRate":0.0002,"epoch":0.5,%q:%d,"tokensPerSecond":1500}`+"\n",
			step, tickerField, time.Now().UnixMicro())
	}
	fmt.Printf(`{"type":"failed","step":%d,"error":"the ticker has run down"}`+"\n", count)
}

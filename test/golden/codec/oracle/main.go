// Command oracle runs upstream's own codecs over the cases on standard input (one JSON object a line, as in ../cases.jsonl) and prints
// each with what upstream makes of it. With a Go toolchain: go run . < ../cases.jsonl > new.jsonl
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

type testCase struct {
	Op   string `json:"op"`
	Kind string `json:"kind,omitempty"`
	Text string `json:"text"`

	Output string   `json:"output,omitempty"`
	Error  string   `json:"error,omitempty"`
	Strict []string `json:"strict,omitempty"`
}

func objectOf(kind string) any {
	switch kind {
	case "Deployment":
		return &appsv1.Deployment{}
	case "ControllerRevision":
		return &appsv1.ControllerRevision{}
	case "Service":
		return &corev1.Service{}
	case "Secret":
		return &corev1.Secret{}
	case "Event":
		return &corev1.Event{}
	case "PersistentVolumeClaim":
		return &corev1.PersistentVolumeClaim{}
	default:
		return &corev1.Pod{}
	}
}

func (c *testCase) run() {
	var output []byte
	var err error
	switch c.Op {
	case "decode":
		object := objectOf(c.Kind)
		var strict []error
		strict, err = kjson.UnmarshalStrict([]byte(c.Text), object)
		for _, finding := range strict {
			c.Strict = append(c.Strict, finding.Error())
		}
		if err == nil {
			output, err = json.Marshal(object)
		}
	case "toYaml":
		output, err = yaml.JSONToYAML([]byte(c.Text))
	case "fromYaml":
		output, err = yaml.YAMLToJSON([]byte(c.Text))
		if _, strict := yaml.YAMLToJSONStrict([]byte(c.Text)); err == nil && strict != nil {
			c.Strict = []string{strict.Error()}
		}
	}
	c.Output = string(output)
	if err != nil {
		c.Error = err.Error()
	}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	for in.Scan() {
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			panic(err)
		}
		c.Output, c.Error, c.Strict = "", "", nil
		c.run()
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(c); err != nil {
			panic(err)
		}
		os.Stdout.Write(line.Bytes())
	}
}

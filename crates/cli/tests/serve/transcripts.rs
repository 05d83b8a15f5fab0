//! The transcripts of docs/apis.md, command by command.

use std::collections::HashMap;
use std::process::Command;

use serde_json::Value;

use crate::host::{Host, png};

/// Commands with their documented responses.
fn transcripts(text: &str) -> Vec<(String, Value)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let mut open = false;
        for line in block.split("\n```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => all.push((command.to_owned(), String::new())),
                None if open => all.last_mut().unwrap().0.push_str(&format!("\n{line}")),
                None => all.last_mut().unwrap().1.push_str(line),
            }
            open = line.ends_with('\\');
        }
    }
    all.into_iter()
        .map(|(command, reply)| {
            let reply = serde_json::from_str(&reply).unwrap_or_else(|e| panic!("{e} in the reply to {command}"));
            (command, reply)
        })
        .collect()
}

/// Whether `got` matches `expected`, where `…` matches anything.
fn matches_expected(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(expected), Value::String(got)) => {
            let mut parts = expected.split('…');
            let first = parts.next().unwrap();
            let Some(mut rest) = got.strip_prefix(first) else { return false };
            let mut parts: Vec<&str> = parts.collect();
            let Some(last) = parts.pop() else { return rest.is_empty() };
            for part in parts {
                let Some((_, after)) = rest.split_once(part) else { return false };
                rest = after;
            }
            rest.ends_with(last)
        }
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(s, g)| matches_expected(s, g))
        }
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(name, s)| got.get(name).is_some_and(|g| matches_expected(s, g)))
        }
        _ => expected == got,
    }
}

#[test]
fn every_response_matches_the_documentation() {
    let files: [(&str, &[u8]); 3] = [("note.txt", b"hello\n"), ("clip.mp4", b"no video"), ("pic.png", &png())];
    let host = Host::with("transcripts", &[], &files);
    for file in ["note.txt", "pic.png"] {
        host.url(file);
    }
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/apis.md")).unwrap();
    let mut set: HashMap<String, String> = HashMap::from([("HOST".into(), format!("http://{}", host.address))]);
    let all = transcripts(&text);
    assert!(all.len() >= 10, "{}", all.len());
    for (command, said) in all {
        let run = Command::new("bash").args(["-ec", &command]).envs(&set).current_dir(host.path("")).output().unwrap();
        let got: Value = serde_json::from_slice(&run.stdout)
            .unwrap_or_else(|e| panic!("{e}: {command}\n{}", String::from_utf8_lossy(&run.stdout)));
        assert!(matches_expected(&said, &got), "{command}\nis said to reply\n{said:#}\nand replies\n{got:#}");
        // Used by later commands.
        for (name, variable) in
            [("token", "TOKEN"), ("userId", "USER_ID"), ("spaceId", "SPACE_ID"), ("taskId", "TASK_ID")]
        {
            if let Some(value) = got[name].as_str() {
                set.insert(variable.into(), value.into());
            }
        }
        if command.contains("/demo/files/pic.png") {
            host.url("pic.png");
        }
    }
}

#[test]
fn a_transcript_that_differs_is_detected() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert!(matches_expected(&value(r#"{"a": "x…z", "b": [1, "…"]}"#), &value(r#"{"a": "xyz", "b": [1, "w"]}"#)));
    for other in [
        r#"{"a": "xy", "b": [1, "w"]}"#,
        r#"{"a": "xyz", "b": [1]}"#,
        r#"{"a": "xyz", "b": [2, "w"]}"#,
        r#"{"a": "xyz"}"#,
    ] {
        assert!(!matches_expected(&value(r#"{"a": "x…z", "b": [1, "…"]}"#), &value(other)), "{other}");
    }
}

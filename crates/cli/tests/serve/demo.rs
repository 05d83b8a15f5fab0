//! The endpoints beside the four APIs.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::host::{Host, png, wait_until};
use crate::http;

#[test]
fn the_first_line_has_the_address_and_port_0_picks_a_free_one() {
    let host = Host::start("demo-line");
    let port: u16 = host.address.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(host.first_line, format!("listening on http://127.0.0.1:{port}\n"));
    assert_ne!(port, 0);
}

#[test]
fn a_state_folder_inside_the_served_folder_is_refused() {
    let folder = std::env::temp_dir().join(format!("thumbling-serve-inside-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_thumbling"));
    command.arg("serve").arg(&folder).args(["--listen", "127.0.0.1:0", "--state"]).arg(folder.join("state"));
    let done = command.output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_default_state_folder_is_outside_the_served_folder() {
    let folder = std::env::temp_dir().join(format!("thumbling-serve-state-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("drive")).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_thumbling"))
        .arg("serve")
        .arg(folder.join("drive"))
        .args(["--listen", "127.0.0.1:0"])
        .env("XDG_STATE_HOME", folder.join("home"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let (inside, outside) =
        (folder.join("drive").read_dir().unwrap().count(), folder.join("home/thumbling").read_dir().unwrap().count());
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((inside, outside), (0, 1));
}

#[test]
fn existing_and_changed_files_get_thumbnails() {
    let host = Host::with("demo-watch", &[], &[("there.png", &png()), ("deep/er/there.txt", b"hello")]);
    assert_eq!(host.settled("there.png")["success"], true);
    assert_eq!(host.settled("deep/er/there.txt")["success"], true);
    std::fs::write(host.path("new.png"), png()).unwrap();
    assert_eq!(host.settled("new.png")["success"], true);
    std::fs::remove_file(host.path("there.png")).unwrap();
    assert!(wait_until(|| host.query(&json!(["there.png"])).json()["resultItems"][0]["errorCode"] == "dentryNotExist"));
}

#[test]
fn a_token_comes_with_its_user_and_space() {
    let host = Host::start("demo-token");
    let who = host.post("/demo/token", &[], &json!({"user": "玛丽"})).json();
    assert_eq!(who.as_object().unwrap().keys().collect::<Vec<_>>().len(), 3, "{who}");
    assert!(["token", "userId", "spaceId"].iter().all(|name| who[name].as_str().is_some_and(|text| text.is_ascii())));
    for wrong in [json!({}), json!({"user": ""}), json!({"user": 7}), json!({"user": "x".repeat(65)}), json!([])] {
        assert_eq!(host.post("/demo/token", &[], &wrong).status, 400, "{wrong}");
    }
}

#[test]
fn demo_endpoints_refuse_a_missing_or_wrong_token() {
    let host = Host::start("demo-refused");
    host.put("a.png", &png());
    for headers in [&[][..], &[("Authorization", "Bearer wrong")]] {
        for (method, target) in [
            ("GET", "/demo/files"),
            ("PUT", "/demo/files/b.png"),
            ("DELETE", "/demo/files/a.png"),
            ("GET", "/demo/tasks/x"),
            ("GET", "/demo/events"),
            ("POST", "/demo/look"),
            ("POST", "/demo/shares"),
        ] {
            let reply = http::request(&host.address, method, target, headers, b"{}");
            assert_eq!(reply.status, 401, "{method} {target}");
        }
    }
    assert!(host.path("a.png").exists() && !host.path("b.png").exists());
}

#[test]
fn a_listing_has_ids_names_uris_sizes_versions_folders_and_hints() {
    let host = Host::with("demo-list", &[], &[("sub/a.png", &png()), ("b.txt", b"hello"), (".hidden", b"x")]);
    let listed = host.mine("GET", "/demo/files?path=", b"").json();
    assert_eq!(listed["spaceId"], host.space.as_str());
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["name"].as_str().unwrap()).collect::<Vec<_>>(), ["sub", "b.txt"]);
    assert_eq!((&items[0]["folder"], &items[1]["folder"], &items[1]["size"]), (&json!(true), &json!(false), &json!(5)));
    assert_eq!((&items[1]["fileId"], &items[1]["uri"]), (&json!("b.txt"), &json!("cloudreve://my/b.txt")));
    assert!(items[1]["version"].is_string() && items[1]["contextHint"].is_string());
    let inner = host.mine("GET", "/demo/files?path=sub", b"").json();
    assert_eq!(inner["items"][0]["uri"], "cloudreve://my/sub/a.png");
    assert_eq!(host.mine("GET", "/demo/files?path=missing", b"").status, 404);
    assert_eq!(host.mine("GET", "/demo/files?path=../..", b"").status, 404);
}

#[test]
fn an_upload_appears_whole_and_stays_inside_the_folder() {
    let host = Host::start("demo-upload");
    let id = host.put("new%20folder/%E5%9B%BE.png", &png());
    assert_eq!(std::fs::read(host.path("new folder/图.png")).unwrap(), png());
    assert_eq!(host.settled(&id)["success"], true);
    for path in [
        "../out.png",
        "..%2Fout.png",
        "a/../../out.png",
        "%2e%2e/out.png",
        "/etc/out",
        ".ssh/keys",
        "a%00b",
        "sub//a",
        "",
    ] {
        let reply = host.mine("PUT", &format!("/demo/files/{path}"), b"x");
        assert!([400, 404, 405].contains(&reply.status), "{path}: {}", reply.status);
    }
    assert!(!host.path("../out.png").exists());
}

#[test]
fn an_interrupted_upload_keeps_the_old_file() {
    let host = Host::start("demo-broken");
    host.put("a.txt", b"old");
    let mut stream = TcpStream::connect(&host.address).unwrap();
    let head = format!(
        "PUT /demo/files/a.txt HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Length: 1000\r\n\r\nhalf",
        host.address,
        host.bearer()
    );
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(stream);
    assert!(wait_until(|| std::fs::read_dir(host.path("")).unwrap().count() == 1), "nothing is left aside");
    assert_eq!(std::fs::read(host.path("a.txt")).unwrap(), b"old");
}

#[test]
fn request_bodies_are_limited() {
    let host = Host::with("demo-bounded", &["--max-upload", "1"], &[]);
    let large = vec![b'x'; (1 << 20) + 1];
    assert_eq!(host.mine("PUT", "/demo/files/a.bin", &large).status, 400);
    assert!(!host.path("a.bin").exists());
    assert_eq!(host.mine("PUT", "/demo/files/a.bin", &large[1..]).status, 201);
    let body = json!({"user": "x".repeat(2 << 20)});
    assert_eq!(host.post("/demo/token", &[], &body).status, 413);
}

#[test]
fn delete_removes_the_file_and_its_thumbnails() {
    let host = Host::start("demo-delete");
    let id = host.put("a.png", &png());
    let url = host.url(&id);
    assert_eq!(host.mine("DELETE", "/demo/files/a.png", b"").status, 204);
    assert!(!host.path("a.png").exists());
    assert_eq!(host.fetch("GET", &url, &[]).status, 404);
    assert_eq!(host.settled(&id)["errorCode"], "dentryNotExist");
    assert_eq!(host.mine("DELETE", "/demo/files/a.png", b"").status, 404);
}

#[test]
fn task_states_are_lower_case() {
    let host = Host::start("demo-task");
    let reply = host.mine("PUT", "/demo/files/a.png", &png()).json();
    let id = reply["taskId"].as_str().unwrap();
    let status = host.ended(id);
    assert_eq!(status["state"], "succeeded");
    assert_eq!(
        (&status["taskId"], &status["total"], &status["done"], &status["failed"]),
        (&json!(id), &json!(1), &json!(1), &json!(0))
    );
    assert_eq!(status["items"][0]["fileId"], "a.png");
    assert!(status["created"].is_string() && status["updated"].is_string());
    let failed = host.mine("PUT", "/demo/files/b.png", &png()[..40]).json();
    let status = host.ended(failed["taskId"].as_str().unwrap());
    assert_eq!((&status["state"], &status["items"][0]["error"]), (&json!("failed"), &json!("corrupt")));
    for unknown in ["x", "0198a6a0-0000-7000-8000-000000000000"] {
        assert_eq!(host.mine("GET", &format!("/demo/tasks/{unknown}"), b"").status, 404, "{unknown}");
    }
}

/// Reads events until one named `name` about `file`.
fn wait_for_event(lines: &mut impl Iterator<Item = String>, name: &str, file: &str) -> Value {
    while let Some(line) = lines.next() {
        if line == format!("event: {name}") {
            let data = lines.next().unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            if data["fileId"] == file {
                return data;
            }
        }
    }
    panic!("no event {name} of {file}");
}

#[test]
fn events_report_ready_and_failed_thumbnails_by_bearer_or_cookie() {
    let host = Host::start("demo-events");
    let cookie = host.post("/demo/token", &[], &json!({"user": "mary"}));
    let cookie = cookie.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    for header in
        [format!("Authorization: {}", host.bearer()), format!("Cookie: a=b; {}", cookie.split(';').next().unwrap())]
    {
        let mut stream = TcpStream::connect(&host.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "GET /demo/events HTTP/1.1\r\nHost: {}\r\n{header}\r\n\r\n", host.address).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        assert!(lines.by_ref().take(20).any(|line| line == "content-type: text/event-stream"));
        assert!(lines.by_ref().take(20).any(|line| line.starts_with(": hello")));
        let (good, bad) = (host.put("good.png", &png()), host.put("bad.png", &png()[..40]));
        // Both are rendered at the same time, so the order is not fixed.
        let mut all = Vec::new();
        while all.len() < 2 {
            let line = lines.next().expect("an event");
            if line == "event: ready" || line == "event: failed" {
                let data: Value = serde_json::from_str(lines.next().unwrap().strip_prefix("data: ").unwrap()).unwrap();
                all.push((
                    line,
                    data["fileId"].as_str().unwrap().to_owned(),
                    data["error"].as_str().map(str::to_owned),
                ));
            }
        }
        all.sort();
        assert_eq!(
            all,
            [("event: failed".into(), bad, Some("corrupt".into())), ("event: ready".into(), good.clone(), None)]
        );
        host.mine("DELETE", "/demo/files/good.png", b"");
        wait_for_event(&mut lines, "deleted", &good);
        host.mine("DELETE", "/demo/files/bad.png", b"");
    }
}

#[test]
fn metrics_are_in_the_text_format_of_prometheus() {
    let host = Host::start("demo-metrics");
    host.url(&host.put("a.png", &png()));
    let reply = host.get("/metrics", &[]);
    assert!(reply.header("content-type").unwrap().starts_with("text/plain"));
    let text = reply.text();
    for name in [
        "thumbling_drawn_total",
        "thumbling_lookups_total",
        "thumbling_wait_seconds_count",
        "thumbling_bytes_read_total",
    ] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} in\n{text}");
    }
    assert!(text.lines().all(|line| line.starts_with('#') || line.rsplit(' ').next().unwrap().parse::<f64>().is_ok()));
}

#[test]
fn a_host_on_loopback_refuses_other_host_names() {
    let host = Host::start("demo-rebind");
    let reply = host.get("/", &[("Host", "evil.example")]);
    assert_eq!(reply.status, 421);
    assert_eq!(host.get("/", &[("Host", "localhost:1")]).status, 200);
}

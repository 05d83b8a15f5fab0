//! KooDrive's API: document thumbnail tasks, video thumbnail tasks, asynchronous sharing tasks.

use serde_json::{Value, json};

use crate::host::{Host, png, wait_until, x_date};
use crate::http::Reply;

const DOCUMENT: &str = "/koodrive/ose/v1/document/thumbnail";
const VIDEO: &str = "/koodrive/ose/v1/video/thumbnail";
const SHARE: &str = "/koodrive/ose/v1/share/tasks";

/// Sends a request with every mandatory header, some of them changed (`None`: omitted) or added.
fn call(host: &Host, target: &str, changed: &[(&str, Option<&str>)], body: &Value) -> Reply {
    let (bearer, date) = (host.bearer(), x_date(-5));
    let mut headers = vec![
        ("Authorization", bearer.as_str()),
        ("X-User-Id", &host.user),
        ("X-Date", &date),
        ("X-Hw-Agentname", "carrier"),
    ];
    for (name, value) in changed {
        headers.retain(|(n, _)| n != name);
        headers.extend(value.map(|value| (*name, value)));
    }
    host.post(target, &headers, body)
}

fn body(host: &Host, file: &str) -> Value {
    json!({"fileId": file, "userId": host.user, "containerId": host.space})
}

fn ok(reply: &Reply) {
    assert_eq!((reply.status, reply.json()), (200, json!({"code": "0", "msg": "success"})), "{}", reply.text());
}

fn refused(reply: &Reply, status: u16) {
    let body = reply.json();
    assert_eq!(reply.status, status, "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    assert!(!["0", ""].contains(&body["code"].to_string().trim_matches('"')) && body["msg"].is_string(), "{body}");
}

#[test]
fn a_document_thumbnail_task_returns_code_0_as_text_and_runs() {
    let host = Host::start("koo-document");
    let file = host.put("a.txt", b"hello");
    let reply = call(&host, DOCUMENT, &[], &body(&host, &file));
    ok(&reply);
    assert!(reply.json()["code"].is_string());
    assert_eq!(host.settled(&file)["success"], true);
}

#[test]
fn a_video_thumbnail_task_has_its_own_path() {
    let host = Host::start("koo-video");
    let file = host.put("a.mp4", b"no video at all");
    ok(&call(&host, VIDEO, &[], &body(&host, &file)));
}

#[test]
fn authorization_is_mandatory_with_a_space_or_a_plus_sign() {
    let host = Host::start("koo-auth");
    let body = body(&host, &host.put("a.txt", b"hello"));
    let plus = format!("Bearer+{}", host.token);
    ok(&call(&host, DOCUMENT, &[("Authorization", Some(&plus))], &body));
    ok(&call(&host, DOCUMENT, &[], &body));
    for wrong in [None, Some("Bearer wrong"), Some("Bearer "), Some(host.token.as_str())] {
        refused(&call(&host, DOCUMENT, &[("Authorization", wrong)], &body), 401);
    }
}

#[test]
fn x_user_id_is_mandatory_and_must_match_the_token() {
    let host = Host::start("koo-user");
    let body = body(&host, &host.put("a.txt", b"hello"));
    refused(&call(&host, DOCUMENT, &[("X-User-Id", None)], &body), 400);
    refused(&call(&host, DOCUMENT, &[("X-User-Id", Some("somebody"))], &body), 403);
}

#[test]
fn x_date_is_mandatory_at_most_15_minutes_old_and_never_in_the_future() {
    let host = Host::start("koo-date");
    let body = body(&host, &host.put("a.txt", b"hello"));
    for seconds in [0, -5, -14 * 60 - 50] {
        ok(&call(&host, DOCUMENT, &[("X-Date", Some(&x_date(seconds)))], &body));
    }
    for seconds in [-15 * 60 - 1, 10, 3600, -86_400] {
        refused(&call(&host, DOCUMENT, &[("X-Date", Some(&x_date(seconds)))], &body), 400);
    }
    for wrong in [None, Some("now"), Some("2025-06-10T04:35:10Z"), Some("20250230T000000Z"), Some("1749530110")] {
        refused(&call(&host, DOCUMENT, &[("X-Date", wrong)], &body), 400);
    }
}

#[test]
fn x_traceid_of_58_characters_is_the_correlation_id_in_the_log() {
    let host = Host::start("koo-trace");
    let trace = "t".repeat(58);
    let reply = call(&host, DOCUMENT, &[("X-Traceid", Some(&trace))], &body(&host, "missing.txt"));
    refused(&reply, 404);
    assert_eq!(reply.header("x-correlation-id"), Some(trace.as_str()));
    assert!(wait_until(|| host.log().contains(&trace)), "{}", host.log());
}

#[test]
fn language_selects_messages_and_defaults_to_en_us() {
    let host = Host::start("koo-language");
    let msg = |language| {
        let reply = call(&host, DOCUMENT, &[("language", language)], &body(&host, "missing.txt"));
        reply.json()["msg"].as_str().unwrap().to_owned()
    };
    assert_eq!(msg(None), "The file does not exist.");
    assert_eq!(msg(Some("en-US")), msg(None));
    assert_eq!(msg(Some("zh-CN")), "文件不存在。");
}

#[test]
fn x_hw_share_folder_id_limits_the_call_to_that_folder() {
    let host = Host::start("koo-folder");
    let (inside, outside) = (host.put("shared/a.txt", b"a"), host.put("b.txt", b"b"));
    let within = [("x-hw-share-folder-id", Some("shared"))];
    ok(&call(&host, DOCUMENT, &within, &body(&host, &inside)));
    refused(&call(&host, DOCUMENT, &within, &body(&host, &outside)), 403);
    let nowhere = [("x-hw-share-folder-id", Some("share"))];
    refused(&call(&host, DOCUMENT, &nowhere, &body(&host, &inside)), 403);
}

#[test]
fn file_id_user_id_and_container_id_are_mandatory_strings() {
    let host = Host::start("koo-body");
    let good = body(&host, &host.put("a.txt", b"hello"));
    for name in ["fileId", "userId", "containerId"] {
        for wrong in [Value::Null, json!(7), json!(""), json!(["a"])] {
            let mut body = good.clone();
            body[name] = wrong;
            refused(&call(&host, DOCUMENT, &[], &body), 400);
        }
    }
    refused(&call(&host, DOCUMENT, &[], &json!([])), 400);
    let mut other = good.clone();
    other["userId"] = json!("somebody");
    refused(&call(&host, DOCUMENT, &[], &other), 403);
}

#[test]
fn an_unknown_file_or_space_is_refused_at_once() {
    let host = Host::start("koo-unknown");
    refused(&call(&host, DOCUMENT, &[], &body(&host, "missing.txt")), 404);
    let mut other = body(&host, &host.put("a.txt", b"hello"));
    other["containerId"] = json!("elsewhere");
    refused(&call(&host, DOCUMENT, &[], &other), 404);
}

fn package(host: &Host, files: &Value) -> Value {
    json!({"taskType": 1, "containerId": host.space, "fileIds": files, "shareId": "s1", "zipName": "photos.zip"})
}

fn taken(reply: &Reply) -> String {
    let body = reply.json();
    assert_eq!((reply.status, &body["code"], &body["msg"]), (200, &json!(0), &json!("Success")), "{body}");
    body["taskId"].as_str().unwrap().to_owned()
}

#[test]
fn a_package_task_returns_code_0_as_a_number_and_creates_a_zip() {
    let host = Host::start("koo-package");
    let files = json!([host.put("a.txt", b"content of a"), host.put("sub/b.png", &png())]);
    let task = taken(&call(&host, SHARE, &[], &package(&host, &files)));
    let status = host.ended(&task);
    assert_eq!((&status["state"], &status["done"], &status["total"]), (&json!("succeeded"), &json!(2), &json!(2)));
    let zip = host.fetch("GET", status["url"].as_str().unwrap(), &[]);
    assert_eq!((zip.status, zip.header("content-type")), (200, Some("application/zip")));
    assert!(zip.header("content-disposition").unwrap().contains("photos.zip"));
    let has = |needle: &[u8]| zip.body.windows(needle.len()).any(|some| some == needle);
    assert!(zip.body.starts_with(b"PK\x03\x04") && has(b"a.txt") && has(b"b.png"), "both, by their names");
    assert!(has(b"content of a") && has(&png()), "and as they are");
}

#[test]
fn a_save_task_copies_the_files_to_the_target() {
    let host = Host::start("koo-save");
    let file = host.put("sub/a.png", &png());
    host.url(&file);
    let mut body =
        json!({"taskType": 2, "containerId": host.space, "fileIds": [file], "shareId": "s1", "kdstoken": "t"});
    body["targetFileId"] = json!({"fileId": "root", "containerId": host.space});
    let status = host.ended(&taken(&call(&host, SHARE, &[], &body)));
    assert_eq!(status["state"], "succeeded", "{status}");
    assert_eq!(status["items"][0]["savedFileId"], "a.png");
    assert_eq!(std::fs::read(host.path("a.png")).unwrap(), png());
    assert_eq!(host.settled("a.png")["success"], true);
}

#[test]
fn x_hw_agentname_is_mandatory_for_sharing_tasks() {
    let host = Host::start("koo-agent");
    let files = json!([host.put("a.txt", b"a")]);
    refused(&call(&host, SHARE, &[("X-Hw-Agentname", None)], &package(&host, &files)), 400);
    taken(&call(&host, SHARE, &[], &package(&host, &files)));
}

#[test]
fn a_sharing_task_has_1_to_1000_file_ids() {
    let host = Host::start("koo-count");
    let file = host.put("a.txt", b"a");
    let of = |n: usize| json!(vec![file.as_str(); n]);
    for wrong in [json!([]), of(1001), Value::Null, json!("a.txt"), json!([7])] {
        refused(&call(&host, SHARE, &[], &package(&host, &wrong)), 400);
    }
    taken(&call(&host, SHARE, &[], &package(&host, &of(1000))));
}

#[test]
fn the_type_of_a_sharing_task_determines_its_mandatory_fields() {
    let host = Host::start("koo-conditional");
    let files = json!([host.put("a.txt", b"a")]);
    let with = |changes: &[(&str, Value)]| {
        let mut body = package(&host, &files);
        for (name, value) in changes {
            body[*name] = value.clone();
        }
        call(&host, SHARE, &[], &body)
    };
    taken(&with(&[]));
    for name in ["taskType", "containerId", "fileIds", "shareId", "zipName"] {
        refused(&with(&[(name, Value::Null)]), 400);
    }
    for wrong in [json!(0), json!(3), json!("1"), json!(1.5)] {
        refused(&with(&[("taskType", wrong)]), 400);
    }
    // With a target instead of a name.
    let target = json!({"fileId": "root", "containerId": host.space});
    taken(&with(&[("taskType", json!(2)), ("zipName", Value::Null), ("targetFileId", target)]));
    let targets = [Value::Null, json!("root"), json!({"fileId": "root"}), json!({"containerId": host.space})];
    for wrong in targets {
        refused(&with(&[("taskType", json!(2)), ("targetFileId", wrong)]), 400);
    }
}

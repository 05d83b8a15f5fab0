//! Cloudreve's API: the URL of a thumbnail.

use serde_json::{Value, json};

use crate::host::{Host, png};
use crate::http::{self, Reply};

fn thumb(host: &Host, uri: &str, headers: &[(&str, &str)]) -> Reply {
    host.get(&format!("/api/v4/file/thumb?uri={}", encoded(uri)), headers)
}

fn mine(host: &Host, uri: &str) -> Reply {
    thumb(host, uri, &[("Authorization", &host.bearer())])
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn refused(reply: &Reply, code: i64) {
    let body = reply.json();
    assert_eq!((reply.status, body["code"].as_i64()), (200, Some(code)), "{body}");
    assert!(!body["msg"].as_str().unwrap().is_empty() && body.get("error").is_none(), "{body}");
    let id = body["correlation_id"].as_str().unwrap();
    assert!(id.len() == 36 && id.bytes().filter(|b| *b == b'-').count() == 4, "{id}");
}

#[test]
fn both_paths_return_a_signed_url_with_its_expiry() {
    let host = Host::start("cr-url");
    host.put("my%20pictures/pic.png", &png());
    for base in ["/file/thumb", "/api/v4/file/thumb"] {
        let target = format!("{base}?uri=cloudreve://my/my%2520pictures/pic.png");
        let body = host.get(&target, &[("Authorization", &host.bearer())]).json();
        assert_eq!(
            (&body["code"], &body["msg"], body.as_object().unwrap().len()),
            (&json!(0), &json!(""), 3),
            "{body}"
        );
        let (url, expires) = (body["data"]["url"].as_str().unwrap(), body["data"]["expires"].as_str().unwrap());
        assert_eq!(body["data"]["obfuscated"], false);
        let (_, sign) = url.split_once("?sign=").unwrap();
        let (mac, unix) = sign.split_once(':').unwrap();
        assert!(mac.len() == 43 && unix.parse::<u64>().is_ok(), "{url}");
        assert!(expires.len() == 32 && expires.contains('T') && expires.ends_with("+00:00"), "{expires}");
        assert_eq!(host.fetch("GET", url, &[]).status, 200);
    }
}

#[test]
fn a_call_waits_for_a_pending_thumbnail() {
    let host = Host::start("cr-wait");
    host.put("pic.png", &png());
    assert_eq!(mine(&host, "cloudreve://my/pic.png").json()["code"], 0);
}

#[test]
fn a_users_own_files_require_a_valid_token() {
    let host = Host::start("cr-login");
    host.put("pic.png", &png());
    refused(&thumb(&host, "cloudreve://my/pic.png", &[]), 401);
    refused(&thumb(&host, "cloudreve://my/pic.png", &[("Authorization", "Bearer wrong")]), 401);
}

#[test]
fn a_uri_is_mandatory_and_an_unknown_one_is_not_found() {
    let host = Host::start("cr-uri");
    refused(&host.get("/file/thumb", &[("Authorization", &host.bearer())]), 40001);
    refused(&host.get("/file/thumb?uri=", &[("Authorization", &host.bearer())]), 40001);
    for uri in
        ["cloudreve://my/missing.png", "cloudreve://my/../../etc/passwd", "file:///etc/passwd", "cloudreve://x@share/y"]
    {
        refused(&mine(&host, uri), 40016);
    }
}

fn share(host: &Host, files: &Value, paid: bool) -> Value {
    let reply =
        host.post("/demo/shares", &[("Authorization", &host.bearer())], &json!({"fileIds": files, "paid": paid}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[test]
fn a_visitor_of_a_share_sees_only_what_is_shared() {
    let host = Host::start("cr-share");
    let file = host.put("sub/pic%201.png", &png());
    host.put("other.png", &png());
    let made = share(&host, &json!([file]), false);
    let uri = made["uri"].as_str().unwrap();
    let reply = thumb(&host, &format!("{uri}pic%201.png"), &[]).json();
    assert_eq!(reply["code"], 0, "{reply}");
    assert_eq!(host.fetch("GET", reply["data"]["url"].as_str().unwrap(), &[]).status, 200);
    refused(&thumb(&host, &format!("{uri}other.png"), &[]), 40016);
    let id = made["shareId"].as_str().unwrap();
    refused(&thumb(&host, &format!("cloudreve://{id}:guess@share/pic%201.png"), &[]), 40016);
    refused(&thumb(&host, &format!("cloudreve://{id}@share/pic%201.png"), &[]), 40016);
}

#[test]
fn x_cr_purchase_ticket_opens_a_paid_share() {
    let host = Host::start("cr-ticket");
    let made = share(&host, &json!([host.put("pic.png", &png())]), true);
    let (uri, ticket) = (format!("{}pic.png", made["uri"].as_str().unwrap()), made["ticket"].as_str().unwrap());
    refused(&thumb(&host, &uri, &[]), 40016);
    refused(&thumb(&host, &uri, &[("X-Cr-Purchase-Ticket", "wrong")]), 40016);
    assert_eq!(thumb(&host, &uri, &[("X-Cr-Purchase-Ticket", ticket)]).json()["code"], 0);
}

#[test]
fn x_cr_context_hint_is_a_uuid_and_a_wrong_one_is_ignored() {
    let host = Host::start("cr-hint");
    host.url(&host.put("pic.png", &png()));
    let listed = host.mine("GET", "/demo/files?path=", b"").json();
    let (uri, hint) =
        (listed["items"][0]["uri"].as_str().unwrap(), listed["items"][0]["contextHint"].as_str().unwrap());
    assert_eq!((hint.len(), hint.split('-').count()), (36, 5), "{hint}");
    for hint in [hint, "b832b998-7ece-4ffd-ba6b-afb64530ca70", "rubbish"] {
        let reply = thumb(&host, uri, &[("Authorization", &host.bearer()), ("X-Cr-Context-Hint", hint)]).json();
        assert_eq!(reply["code"], 0, "{reply}");
    }
    // It is bound to its caller and grants others nothing.
    refused(&thumb(&host, uri, &[("X-Cr-Context-Hint", hint)]), 401);
}

#[test]
fn obfuscated_urls_are_decoded_by_the_published_decoder() {
    let host = Host::with("cr-obfuscate", &["--obfuscate"], &[]);
    host.put("secret%20name.png", &png());
    let data = mine(&host, "cloudreve://my/secret%20name.png").json()["data"].clone();
    assert_eq!(data["obfuscated"], true);
    let hidden = data["url"].as_str().unwrap();
    assert!(!hidden.contains("secret") && !hidden.contains("http"), "{hidden}");
    let url = thumbling_engine::url::obfuscate::decode(hidden).unwrap();
    assert_eq!(host.fetch("GET", &url, &[]).status, 200);
}

#[test]
fn error_details_are_returned_in_debug_mode_only() {
    let host = Host::with("cr-debug", &["--debug"], &[]);
    let body = mine(&host, "cloudreve://my/missing.png").json();
    assert!(!body["error"].as_str().unwrap().is_empty(), "{body}");
    let plain = Host::start("cr-plain");
    refused(&mine(&plain, "cloudreve://my/missing.png"), 40016);
}

#[test]
fn a_name_with_any_letters_round_trips() {
    let host = Host::start("cr-names");
    let name = "图 片#1?&100%+~'.png";
    std::fs::write(host.path(name), png()).unwrap();
    let listed = host.mine("GET", "/demo/files", b"").json();
    assert_eq!(listed["items"][0]["name"], name);
    let reply = mine(&host, listed["items"][0]["uri"].as_str().unwrap()).json();
    assert_eq!(reply["code"], 0, "{reply}");
    let url = reply["data"]["url"].as_str().unwrap();
    assert_eq!(http::request(&host.address, "GET", url.split_once(&host.address).unwrap().1, &[], b"").status, 200);
}

//! DingTalk's storage API: thumbnails of many files at once.

use serde_json::{Value, json};

use crate::host::{Host, png};
use crate::http::Reply;

fn refused(reply: &Reply, status: u16, code: &str) {
    let body = reply.json();
    assert_eq!((reply.status, body["code"].as_str()), (status, Some(code)), "{body}");
    assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    assert!(body["message"].is_string() && body["requestid"].is_string(), "{body}");
}

#[test]
fn uploaded_files_get_thumbnails_automatically() {
    let host = Host::start("ding-auto");
    for (name, content) in [("a.png", png()), ("b.txt", b"hello".to_vec())] {
        let item = host.settled(&host.put(name, &content));
        assert_eq!(item["success"], true, "{item}");
        assert!(item["thumbnail"]["width"].as_u64().unwrap() > 0 && item["thumbnail"]["height"].as_u64().unwrap() > 0);
        assert!(item["thumbnail"]["url"].as_str().unwrap().starts_with("http://"));
    }
}

#[test]
fn items_are_in_the_order_of_the_ids_and_none_fails_the_others() {
    let host = Host::start("ding-order");
    let (a, b) = (host.put("a.png", &png()), host.put("b.txt", b"b"));
    host.url(&a);
    host.url(&b);
    let ids = json!([b, "missing", a, "../../etc/passwd", "", "x\u{0}y", a, "z".repeat(5000)]);
    let items = host.query(&ids).json()["resultItems"].clone();
    let got: Vec<&Value> = items.as_array().unwrap().iter().map(|item| &item["dentryId"]).collect();
    assert_eq!(got, ids.as_array().unwrap().iter().collect::<Vec<_>>());
    let successes: Vec<bool> =
        items.as_array().unwrap().iter().map(|item| item["success"].as_bool().unwrap()).collect();
    assert_eq!(successes, [true, false, true, false, false, false, true, false]);
    for item in items.as_array().unwrap() {
        assert_eq!(item["spaceId"], host.space.as_str());
        assert_eq!(item["success"] == true, item["thumbnail"].is_object());
        assert!(item["success"] == true || item["errorCode"] == "dentryNotExist", "{item}");
    }
}

#[test]
fn at_most_30_ids_are_accepted() {
    let host = Host::start("ding-count");
    let file = host.put("a.png", &png());
    assert_eq!(host.query(&json!(vec![file.as_str(); 30])).json()["resultItems"].as_array().unwrap().len(), 30);
    refused(&host.query(&json!(vec![file.as_str(); 31])), 400, "paramError.dentryIds");
    for wrong in [json!([]), json!("a.png"), json!([1]), Value::Null] {
        refused(&host.query(&wrong), 400, "paramError.dentryIds");
    }
}

#[test]
fn an_unknown_space_is_param_error_space_id() {
    let host = Host::start("ding-space");
    let target = format!("/v1.0/storage/spaces/elsewhere/thumbnails/query?unionId={}", host.user);
    let headers = [("x-acs-dingtalk-access-token", host.token.as_str())];
    refused(&host.post(&target, &headers, &json!({"dentryIds": ["a"]})), 400, "paramError.spaceId");
}

#[test]
fn a_missing_union_id_or_an_invalid_body_is_param_error() {
    let host = Host::start("ding-param");
    let headers = [("x-acs-dingtalk-access-token", host.token.as_str())];
    let target = format!("/v1.0/storage/spaces/{}/thumbnails/query", host.space);
    refused(&host.post(&target, &headers, &json!({"dentryIds": ["a"]})), 400, "paramError");
    refused(&host.post(&format!("{target}?unionId={}", host.user), &headers, &json!([])), 400, "paramError");
}

#[test]
fn a_wrong_token_or_another_users_union_id_is_permission_denied() {
    let host = Host::start("ding-denied");
    let target = format!("/v1.0/storage/spaces/{}/thumbnails/query?unionId={}", host.space, host.user);
    let body = json!({"dentryIds": ["a"]});
    refused(&host.post(&target, &[], &body), 400, "permissionDenied");
    refused(&host.post(&target, &[("x-acs-dingtalk-access-token", "wrong")], &body), 400, "permissionDenied");
    let other = target.replace(&host.user, "somebody");
    let headers = [("x-acs-dingtalk-access-token", host.token.as_str())];
    refused(&host.post(&other, &headers, &body), 400, "permissionDenied");
}

#[test]
fn each_kind_of_file_without_a_thumbnail_has_its_error_code() {
    let host = Host::start("ding-codes");
    let eicar = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    for (name, content, code) in [
        ("none.xyz", &[0u8, 1, 2, 3, 0xff, 0xfe, 0, 0][..], "dentryFormatNotSupport"),
        ("virus.com", eicar.as_bytes(), "fileViral"),
        ("trap.exe", b"THUMBLING-MALICIOUS-TEST-FILE!", "fileMalicious"),
    ] {
        let item = host.settled(&host.put(name, content));
        assert_eq!((&item["success"], item["errorCode"].as_str()), (&json!(false), Some(code)), "{name}");
    }
    // Damaged: there will be no thumbnail.
    let (damaged, error) = host.put_failing("damaged.png", &png()[..40]);
    assert_eq!(error, "corrupt");
    assert_eq!(host.query(&json!([damaged])).json()["resultItems"][0]["errorCode"], "thumbnailNotExist");
    assert_eq!(host.query(&json!(["missing.png"])).json()["resultItems"][0]["errorCode"], "dentryNotExist");
}

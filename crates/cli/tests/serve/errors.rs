//! One set of problems, formatted by each API.

use serde_json::json;

use crate::host::{Host, wait_until, x_date};
use crate::http::Reply;

/// The responses of all APIs to a request for a missing file, in `language`.
fn missing(host: &Host, language: &str) -> [Reply; 3] {
    let (bearer, date) = (host.bearer(), x_date(-1));
    let koo =
        [("Authorization", bearer.as_str()), ("X-User-Id", &host.user), ("X-Date", &date), ("language", language)];
    let body = json!({"fileId": "missing", "userId": host.user, "containerId": host.space});
    let ding = [("x-acs-dingtalk-access-token", host.token.as_str()), ("Accept-Language", language)];
    let elsewhere = format!("/v1.0/storage/spaces/elsewhere/thumbnails/query?unionId={}", host.user);
    [
        host.post("/koodrive/ose/v1/document/thumbnail", &koo, &body),
        host.post(&elsewhere, &ding, &json!({"dentryIds": ["a"]})),
        host.get(
            "/file/thumb?uri=cloudreve://my/missing",
            &[("Authorization", &bearer), ("Accept-Language", language)],
        ),
    ]
}

#[test]
fn messages_are_available_in_en_us_and_zh_cn() {
    let host = Host::start("err-language");
    let words = |language| {
        let [koo, ding, cloud] = missing(&host, language).map(|reply| reply.json());
        [&koo["msg"], &ding["message"], &cloud["msg"]].map(|text| text.as_str().unwrap().to_owned())
    };
    let file = ["The file does not exist.", "文件不存在。"];
    let space = ["There is no such space.", "空间不存在。"];
    assert_eq!(words("en-US"), [file[0], space[0], file[0]]);
    assert_eq!(words("zh-CN"), [file[1], space[1], file[1]]);
}

#[test]
fn every_failure_has_a_correlation_id_that_is_in_the_log() {
    let host = Host::start("err-correlation");
    let replies = missing(&host, "en-US");
    let ids: Vec<String> = replies.iter().map(|reply| reply.header("x-correlation-id").unwrap().to_owned()).collect();
    assert_eq!(replies[1].json()["requestid"], ids[1].as_str());
    assert_eq!(replies[2].json()["correlation_id"], ids[2].as_str());
    for id in &ids {
        assert!(wait_until(|| host.log().contains(id.as_str())), "{id} in\n{}", host.log());
    }
}

#[test]
fn the_log_contains_no_secrets() {
    let host = Host::start("err-secrets");
    let file = host.put("a.txt", b"hello");
    let url = host.url(&file);
    missing(&host, "en-US");
    host.fetch("GET", &url.replace("?sign=", "?sign=x"), &[]);
    let signature = url.split_once("?sign=").unwrap().1;
    assert!(wait_until(|| host.log().contains("not-found")));
    assert!(!host.log().contains(&host.token) && !host.log().contains(signature), "{}", host.log());
}

//! Signed URLs of the demo host.

use crate::host::{Host, png};

#[test]
fn get_and_head_return_type_length_etag_and_caching() {
    let host = Host::start("url-get");
    let url = host.url(&host.put("a.png", &png()));
    assert!(url.starts_with(&format!("http://{}/thumb/", host.address)), "absolute, on this host: {url}");
    let got = host.fetch("GET", &url, &[]);
    assert_eq!((got.status, got.header("content-type")), (200, Some("image/webp")));
    assert_eq!(&got.body[8..12], b"WEBP");
    assert_eq!(got.header("content-length"), Some(got.body.len().to_string().as_str()));
    let (etag, kept) = (got.header("etag").unwrap(), got.header("cache-control").unwrap());
    assert!(etag.starts_with('"') && etag.ends_with('"'));
    let seconds: u64 = kept.strip_prefix("private, max-age=").unwrap().parse().unwrap();
    let expiry: u64 = url.rsplit(':').next().unwrap().parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(expiry - seconds) < 10, "up to the expiry");
    let head = host.fetch("HEAD", &url, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-type", "content-length", "etag"] {
        assert_eq!(head.header(name), got.header(name), "{name}");
    }
}

#[test]
fn a_matching_if_none_match_is_304() {
    let host = Host::start("url-304");
    let url = host.url(&host.put("a.png", &png()));
    let etag = host.fetch("HEAD", &url, &[]).header("etag").unwrap().to_owned();
    for asked in [etag.clone(), format!("\"other\", W/{etag}"), "*".into()] {
        let reply = host.fetch("GET", &url, &[("If-None-Match", &asked)]);
        assert_eq!((reply.status, reply.body.len(), reply.header("etag")), (304, 0, Some(etag.as_str())), "{asked}");
    }
    assert_eq!(host.fetch("GET", &url, &[("If-None-Match", "\"other\"")]).status, 200);
}

#[test]
fn every_invalid_url_gets_the_same_404() {
    let host = Host::start("url-404");
    let file = host.put("a.png", &png());
    let url = host.url(&file);
    let gone = host.url(&host.put("gone.png", &png()));
    assert_eq!(host.mine("DELETE", "/demo/files/gone.png", b"").status, 204);
    let (front, sign) = url.split_once("?sign=").unwrap();
    let (mac, expiry) = sign.split_once(':').unwrap();
    let wrong = [
        gone,
        front.to_owned(),
        format!("{front}?sign={mac}"),
        format!("{front}?sign={mac}:1"),
        format!("{front}?sign={mac}:{}", expiry.parse::<u64>().unwrap() + 1),
        format!("{front}?sign={}:{expiry}", mac.chars().rev().collect::<String>()),
        url.replace("/small?", "/large?"),
        url.replace("a.png", "b.png"),
        format!("{url}&x=1"),
        url.replace("/thumb/", "/thumb//"),
        format!("http://{}/thumb/1.k1/drive/..~2f..~2fetc~2fpasswd/v/small?sign={mac}:{expiry}", host.address),
    ];
    let first = host.fetch("GET", &wrong[0], &[]);
    assert_eq!(first.status, 404);
    for url in &wrong {
        let reply = host.fetch("GET", url, &[]);
        assert_eq!((reply.status, &reply.body), (404, &first.body), "{url}");
        for name in ["content-type", "cache-control", "etag", "content-length"] {
            assert_eq!(reply.header(name), first.header(name), "{url}");
        }
    }
    assert_eq!(host.fetch("GET", &url, &[]).status, 200);
}

#[test]
fn a_changed_file_gets_a_new_url_and_new_content() {
    let host = Host::start("url-changed");
    let file = host.put("a.txt", b"old");
    let old = host.url(&file);
    host.put("a.txt", b"new and longer");
    let new = host.url(&file);
    assert_ne!(old.split('?').next(), new.split('?').next());
}

#[test]
fn urls_survive_a_restart() {
    let host = Host::start("url-restart");
    let url = host.url(&host.put("a.png", &png()));
    let address = host.address.clone();
    let listen = ["--public-url".to_owned(), format!("http://{address}")];
    let host = host.restarted(&listen.each_ref().map(String::as_str));
    let target = url.split_once(&address).unwrap().1;
    assert_eq!(host.get(target, &[]).status, 200);
}

//! Thumbnails of video and audio through each of the APIs, in builds with those formats.

use serde_json::json;
use thumbling::{Output, Request, Source};

use crate::host::{Host, png, x_date};

#[cfg(feature = "full")]
#[allow(dead_code)]
#[path = "../../../samples/src/files/mov.rs"]
mod mov;
#[cfg(feature = "full")]
#[allow(dead_code)]
#[path = "../../../samples/src/files/sound.rs"]
mod sound;

/// A JPEG of 64 × 32 px.
fn jpeg() -> Vec<u8> {
    let request = Request::new().size(64, 64).output(Output::Jpeg);
    thumbling::thumbnail(&Source::from_bytes(png()), &request).unwrap().items.swap_remove(0).bytes
}

/// Checks that the file gets a thumbnail through a KooDrive task at `path`, through DingTalk's API and Cloudreve's.
fn assert_has_thumbnail(host: &Host, name: &str, content: &[u8], path: &str) {
    let id = host.put(name, content);
    let (bearer, date) = (host.bearer(), x_date(-2));
    let headers = [("Authorization", &*bearer), ("X-User-Id", &*host.user), ("X-Date", &*date)];
    let body = json!({"fileId": id, "userId": host.user, "containerId": host.space});
    assert_eq!(host.post(path, &headers, &body).json(), json!({"code": "0", "msg": "success"}));
    let item = host.settled(&id);
    assert_eq!(item["success"], true, "{item}\n{}", host.log());
    let width = item["thumbnail"]["width"].as_u64().unwrap();
    assert!(width > 0 && width >= item["thumbnail"]["height"].as_u64().unwrap(), "{item}");
    let target = format!("/api/v4/file/thumb?uri=cloudreve://my/{name}");
    let answer = host.get(&target, &[("Authorization", &bearer)]).json();
    let reply = host.fetch("GET", answer["data"]["url"].as_str().unwrap(), &[]);
    assert_eq!((reply.status, &reply.body[8..12]), (200, &b"WEBP"[..]));
}

#[test]
#[cfg(feature = "full")]
fn a_video_gets_a_thumbnail_of_a_frame() {
    let host = Host::start("media-video");
    let (width, height) = (64, 32);
    let frames = vec![jpeg(); 3];
    let track = mov::Track { width, height, frames: &frames, matrix: [1, 0, 0, 1], aspect: (1, 1), codec: b"jpeg" };
    assert_has_thumbnail(&host, "clip.mov", &mov::mov(&track), "/koodrive/ose/v1/video/thumbnail");
}

#[test]
#[cfg(feature = "full")]
fn audio_gets_a_thumbnail_of_its_cover() {
    let host = Host::start("media-sound");
    assert_has_thumbnail(&host, "song.mp3", &sound::mp3(&jpeg()), "/koodrive/ose/v1/document/thumbnail");
}

#[test]
#[cfg(feature = "full")]
fn audio_without_a_cover_has_no_thumbnail() {
    let host = Host::start("media-mute");
    let (mute, error) = host.put_failing("mute.wav", &sound::wav(None));
    assert_eq!(error, "no-visual");
    assert_eq!(host.query(&json!([mute])).json()["resultItems"][0]["errorCode"], "thumbnailNotExist");
}

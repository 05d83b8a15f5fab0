//! The host of one test: a folder, its state, and the command that serves it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::http::{self, Reply};

pub struct Host {
    folder: PathBuf,
    child: Child,
    pub address: String,
    pub first_line: String,
    log: Arc<Mutex<String>>,
    pub token: String,
    pub user: String,
    pub space: String,
}

impl Host {
    pub fn start(name: &str) -> Self {
        Self::with(name, &[], &[])
    }

    /// Serves a folder that already contains `files`.
    pub fn with(name: &str, options: &[&str], files: &[(&str, &[u8])]) -> Self {
        let folder = std::env::temp_dir().join(format!("thumbling-serve-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("drive")).unwrap();
        for (path, content) in files {
            let path = folder.join("drive").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self::on(folder, options)
    }

    fn on(folder: PathBuf, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_thumbling"))
            .arg("serve")
            .arg(folder.join("drive"))
            .args(["--listen", "127.0.0.1:0", "--state"])
            .arg(folder.join("state"))
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let address = first_line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{first_line}"));
        let mut host = Self {
            address: address.to_owned(),
            folder,
            child,
            first_line,
            log,
            token: String::new(),
            user: String::new(),
            space: String::new(),
        };
        let who = host.post("/demo/token", &[], &json!({"user": "mary"})).json();
        let text = |name: &str| who[name].as_str().unwrap().to_owned();
        (host.token, host.user, host.space) = (text("token"), text("userId"), text("spaceId"));
        host
    }

    /// Restarts the host on the same folder and state.
    pub fn restarted(mut self, options: &[&str]) -> Self {
        self.stop();
        Self::on(std::mem::take(&mut self.folder), options)
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join("drive").join(path)
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub fn get(&self, target: &str, headers: &[(&str, &str)]) -> Reply {
        http::request(&self.address, "GET", target, headers, b"")
    }

    pub fn post(&self, target: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        http::request(&self.address, "POST", target, headers, body.to_string().as_bytes())
    }

    /// Sends a request with the token.
    pub fn mine(&self, method: &str, target: &str, body: &[u8]) -> Reply {
        http::request(&self.address, method, target, &[("Authorization", &self.bearer())], body)
    }

    /// Uploads a file and returns its id.
    pub fn put(&self, path: &str, content: &[u8]) -> String {
        let reply = self.mine("PUT", &format!("/demo/files/{path}"), content);
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()["fileId"].as_str().unwrap().to_owned()
    }

    /// Uploads a file whose task fails. Returns its id, and the error.
    pub fn put_failing(&self, path: &str, content: &[u8]) -> (String, String) {
        let body = self.mine("PUT", &format!("/demo/files/{path}"), content).json();
        let ended = self.ended(body["taskId"].as_str().unwrap());
        let error = ended["items"][0]["error"].as_str().unwrap_or_else(|| panic!("{ended}")).to_owned();
        (body["fileId"].as_str().unwrap().to_owned(), error)
    }

    /// Sends DingTalk's request for `ids`.
    pub fn query(&self, ids: &Value) -> Reply {
        let target = format!("/v1.0/storage/spaces/{}/thumbnails/query?unionId={}", self.space, self.user);
        self.post(&target, &[("x-acs-dingtalk-access-token", &self.token)], &json!({"dentryIds": ids}))
    }

    /// DingTalk's item for one file, once it is not `thumbnailNotExist` any more or the wait times out.
    pub fn settled(&self, id: &str) -> Value {
        let mut item = Value::Null;
        wait_until(|| {
            item = self.query(&json!([id])).json()["resultItems"][0].clone();
            item["errorCode"] != "thumbnailNotExist"
        });
        item
    }

    /// The URL of a file's thumbnail, once it is ready.
    pub fn url(&self, id: &str) -> String {
        let item = self.settled(id);
        item["thumbnail"]["url"].as_str().unwrap_or_else(|| panic!("{item}\n{}", self.log())).to_owned()
    }

    /// Fetches a URL of this host.
    pub fn fetch(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Reply {
        let target = url.strip_prefix(&format!("http://{}", self.address)).unwrap_or_else(|| panic!("{url}"));
        http::request(&self.address, method, target, headers, b"")
    }

    /// The status of a task, once it has ended.
    pub fn ended(&self, task: &str) -> Value {
        let mut status = Value::Null;
        let ended = wait_until(|| {
            status = self.mine("GET", &format!("/demo/tasks/{task}"), b"").json();
            !["queued", "running"].contains(&status["state"].as_str().unwrap_or("queued"))
        });
        assert!(ended, "{status}\n{}", self.log());
        status
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Polls `done` for up to twenty seconds. Returns whether it became true.
pub fn wait_until(mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    done()
}

/// A picture of 32 × 16 px.
pub fn png() -> Vec<u8> {
    thumbling::doc_sample()
}

/// KooDrive's `yyyyMMdd'T'HHmmss'Z'` for `seconds` from now.
pub fn x_date(seconds: i64) -> String {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64 + seconds;
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (mut year, mut left) = (1970, days);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while left >= 365 + i64::from(leap(year)) {
        left -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{:02}{:02}T{h:02}{m:02}{s:02}Z", month + 1, left + 1)
}

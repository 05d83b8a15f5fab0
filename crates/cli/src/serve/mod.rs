//! `serve`: a demo host that serves a folder as a drive.
//!
//! It offers four APIs of other drives ([`koodrive`], [`dingtalk`], [`cloudreve`]) at their documented paths, what a drive
//! has beside them ([`demo`], [`share`]), signed URLs ([`thumb`]), events, metrics and a web page. It uses the engine's
//! public API only, as any host would.
//!
//! Each module imports only from modules above it in this table:
//!
//! | modules | purpose |
//! |---|---|
//! | [`log`], [`metrics`], [`time`], [`chunks`] | log, metrics, time formats, streamed bodies |
//! | [`wire`], [`page`] | parsing requests and answering failures; the web page |
//! | [`account`], [`feed`], [`shares`] | tokens, the feed of events, stored shares |
//! | [`drive`] | the host's drive |
//! | [`state`] | the state of the host |
//! | [`koodrive`], [`dingtalk`], [`cloudreve`], [`demo`], [`share`], [`events`], [`thumb`] | endpoints |

mod account;
mod chunks;
mod cloudreve;
mod demo;
mod dingtalk;
mod drive;
mod events;
mod feed;
mod koodrive;
mod log;
mod metrics;
mod page;
mod share;
mod shares;
mod state;
mod thumb;
mod time;
mod wire;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use state::{App, Options};

/// Serve a folder as a drive: thumbnails on a web page, and through the APIs of four drives
///
/// Prints `listening on http://ADDR:PORT` first. Generates thumbnails of all files in DIR, and of files that change there
/// or are uploaded. Anyone who can reach the port can read and change DIR. This is a demonstration: by default it
/// listens on this machine only.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Folder to serve
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder for thumbnails, queue and keys; default: a folder in the user's state directory, one per DIR
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Base of URLs, if this host is reached under another name
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Obfuscate URLs; clients have to decode them
    #[arg(long)]
    obfuscate: bool,
    /// Include details of failures in responses
    #[arg(long)]
    debug: bool,
    /// Largest upload, MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    max_upload: u64,
}

const EXAMPLES: &str = "\
Examples:
  thumbling serve ~/Pictures
      then open http://127.0.0.1:8080/ in a browser
  thumbling serve ~/Pictures --listen 127.0.0.1:0 --state /tmp/state
      on a free port, which the first line prints
  curl -s -X POST http://127.0.0.1:8080/demo/token -d '{\"user\": \"mary\"}'
      a token for the APIs; docs/apis.md has a transcript of each";

/// Largest request body, bytes, except uploads.
const MAX_BODY: usize = 1 << 20;

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    log::install();
    let recorder = metrics::install();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(args.listen))?;
    let listening = listener.local_addr()?;
    let state = match args.state {
        Some(state) => state,
        None => state_of(&args.folder)?,
    };
    let url = args.public_url.unwrap_or_else(|| format!("http://{}", local_address(listening)));
    let app = App::open(Options {
        folder: args.folder,
        state,
        url: url.trim_end_matches('/').to_owned(),
        obfuscate: args.obfuscate,
        debug: args.debug,
        max_upload: args.max_upload << 20,
        local: listening.ip().is_loopback(),
        recorder,
    })?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let _ = ctrlc::set_handler(move || drop(stop.take()));
    let mut out = io::stdout();
    writeln!(out, "listening on http://{listening}")?;
    out.flush()?;
    let routes = routes(app.clone());
    runtime.spawn(async move { axum::serve(listener, routes).await });
    let _ = runtime.block_on(stopped);
    app.close();
    // Closes open connections, such as those of events.
    runtime.shutdown_timeout(Duration::from_millis(500));
    Ok(())
}

/// The address under which this machine reaches what it listens on.
fn local_address(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    };
    SocketAddr::new(ip, listening.port())
}

/// The default state folder for `folder`.
fn state_of(folder: &Path) -> io::Result<PathBuf> {
    let base = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))
        .unwrap_or_else(std::env::temp_dir);
    let folder = folder.canonicalize()?;
    let name: String = folder.to_string_lossy().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let tail: String = name.chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
    // A hash distinguishes folders with similar names.
    let sum = folder.as_os_str().as_encoded_bytes().iter().fold(5381u64, |sum, &b| sum.wrapping_mul(33) ^ u64::from(b));
    Ok(base.join("thumbling").join(format!("{}-{sum:016x}", tail.trim_matches('-'))))
}

fn routes(app: Arc<App>) -> Router {
    let upload = Router::new()
        .route("/demo/files/{*path}", axum::routing::put(demo::upload).delete(demo::delete))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/koodrive/ose/v1/document/thumbnail", post(koodrive::document))
        .route("/koodrive/ose/v1/video/thumbnail", post(koodrive::video))
        .route("/koodrive/ose/v1/share/tasks", post(koodrive::share))
        .route("/v1.0/storage/spaces/{space}/thumbnails/query", post(dingtalk::query))
        .route("/file/thumb", get(cloudreve::thumb))
        .route("/api/v4/file/thumb", get(cloudreve::thumb))
        .route("/demo/token", post(demo::token))
        .route("/demo/files", get(demo::list))
        .route("/demo/look", post(demo::look))
        .route("/demo/tasks/{id}", get(demo::task))
        .route("/demo/shares", post(share::create))
        .route("/demo/shares/{id}", get(share::show))
        .route("/demo/events", get(events::stream))
        .route("/metrics", get(metrics_text))
        .route("/thumb/{*rest}", get(thumb::open))
        .route("/", get(page::index))
        .route("/s/{id}", get(page::index))
        .route("/page/{file}", get(page::asset))
        .merge(upload)
        .fallback(|| async { wire::plain(StatusCode::NOT_FOUND, "not found\n") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// `GET /metrics`
async fn metrics_text(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.recorder.text()).into_response()
}

/// Adds security headers to every response, and refuses requests for other hosts; see [`App::answers_to`].
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut reply = match app.answers_to(host) {
        true => next.run(request).await,
        false => {
            wire::plain(StatusCode::MISDIRECTED_REQUEST, "this host serves its own machine only\n").into_response()
        }
    };
    let headers = reply.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    reply
}

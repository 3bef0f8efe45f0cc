//! The running measurement on a loopback port, for Prometheus: a responder with one page and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::lab::Reading;
use crate::report::prometheus;

use super::output::Failure;

/// A request that has not come whole by then, or an answer that is not taken, is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest request that is read, in bytes.
const LONGEST: usize = 8 << 10;
/// Connections at a time; more wait.
const MOST: usize = 8;

/// A port that answers nobody but this machine.
pub struct Port {
    listener: std::net::TcpListener,
    /// Where it is, to give to Prometheus.
    pub address: SocketAddr,
}

impl Port {
    /// Takes the port; 0 takes any free one. Fails as bad usage where it is taken.
    pub fn open(port: u16) -> Result<Self, Failure> {
        let taken = || {
            let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        taken().map_err(|error: std::io::Error| {
            let way_out = "choose another port, or 0 for any free one";
            Failure::usage(format!(
                "--prometheus {port}: 127.0.0.1:{port} cannot be used ({error}); {way_out}"
            ))
        })
    }

    /// Answers with the newest reading for as long as the runtime lives.
    pub async fn serve(self, readings: watch::Receiver<Arc<Reading>>) {
        let seats = Arc::new(Semaphore::new(MOST));
        let Ok(listener) = TcpListener::from_std(self.listener) else {
            return;
        };
        loop {
            let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
                return;
            };
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors, say: the measurement goes on, and so does this, a little later.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let readings = readings.clone();
            tokio::spawn(async move {
                let _ = tokio::time::timeout(PATIENCE, answer(stream, &readings)).await;
                drop(seat);
            });
        }
    }
}

async fn answer(
    mut stream: TcpStream,
    readings: &watch::Receiver<Arc<Reading>>,
) -> std::io::Result<()> {
    let head = request_head(&mut stream).await?;
    let mut words = head.split_whitespace();
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let path = path.split('?').next().unwrap_or_default();
    let (status, body) = match (method, path) {
        ("GET" | "HEAD", "/metrics") => {
            let reading = Arc::clone(&readings.borrow());
            ("200 OK", prometheus::metrics(&reading))
        }
        ("GET" | "HEAD", _) => ("404 Not Found", "the metrics are at /metrics\n".to_owned()),
        _ => (
            "405 Method Not Allowed",
            "only GET is answered\n".to_owned(),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        prometheus::MEDIA_TYPE,
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    if method != "HEAD" {
        stream.write_all(body.as_bytes()).await?;
    }
    stream.shutdown().await
}

/// The request up to the empty line, or what came of it.
async fn request_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") && bytes.len() < LONGEST {
        let count = stream.read(&mut part).await?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(part.get(..count).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

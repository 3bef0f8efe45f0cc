//! The wire's sockets and threads: one listener on loopback for each address that a broker tells.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::conditions::Conditions;
use super::edit::LOOPBACK;
use super::faults::{Fault, Plan};
use super::seen::{Desk, Produced, Summary};
use super::tls::{Tls, Upstream};

mod passage;

/// How long a broker may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// A broker's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl std::str::FromStr for Address {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let wrong = || WireError::Address(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(wrong)?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let port = port
            .parse()
            .ok()
            .filter(|&port| port > 0)
            .ok_or_else(wrong)?;
        let host = bare.unwrap_or(host);
        if host.is_empty() || (bare.is_none() && host.contains(':')) {
            return Err(wrong());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

/// Why there is no wire.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// No address of a broker.
    #[error("'{0}' is no address of a broker: write HOST:PORT, as in localhost:9092")]
    Address(String),
    /// The broker does not take a connection.
    #[error("cannot reach {address}: {source}; is a broker listening there?")]
    Unreachable {
        /// The broker.
        address: Address,
        /// What the system said.
        source: io::Error,
    },
    /// No port to listen on.
    #[error("cannot listen on {LOOPBACK}:{port}: {source}")]
    Listen {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// Gets every Produce request whose end is known, on the thread of its connection.
type Observer = Box<dyn Fn(&Produced) + Send + Sync>;

/// What all threads share.
struct Shared {
    started: Instant,
    /// How the brokers are spoken to; `None` in plaintext.
    tls: Option<Tls>,
    stopping: AtomicBool,
    doors: Mutex<HashMap<Address, u16>>,
    conditions: Mutex<Conditions>,
    desk: Mutex<Desk>,
    /// The sockets of live connections, to cut them at the end.
    live: Mutex<HashMap<u64, [TcpStream; 2]>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    numbers: AtomicU64,
    observer: Observer,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running wire; dropping it cuts every connection and ends its threads.
pub struct Wire {
    shared: Arc<Shared>,
    bootstrap: Vec<u16>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("bootstrap", &self.bootstrap)
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// Stands in front of the cluster that these brokers belong to. The first one's listener takes `port` (0: any free one);
    /// brokers that become known later get theirs then. `observer` gets every Produce request when its end is known.
    pub fn start(
        upstream: &[Address],
        port: u16,
        faults: Vec<Fault>,
        observer: impl Fn(&Produced) + Send + Sync + 'static,
    ) -> Result<Self, WireError> {
        Self::secured(upstream, None, port, faults, observer)
    }

    /// The same before brokers that are spoken to by TLS; clients speak plaintext to the wire all the same.
    pub fn secured(
        upstream: &[Address],
        tls: Option<Tls>,
        port: u16,
        faults: Vec<Fault>,
        observer: impl Fn(&Produced) + Send + Sync + 'static,
    ) -> Result<Self, WireError> {
        for address in upstream {
            reach(address, tls.as_ref()).map_err(|source| WireError::Unreachable {
                address: address.clone(),
                source,
            })?;
        }
        let shared = Arc::new(Shared {
            started: Instant::now(),
            tls,
            stopping: AtomicBool::new(false),
            doors: Mutex::default(),
            conditions: Mutex::default(),
            desk: Mutex::new(Desk::new(Plan::new(faults))),
            live: Mutex::default(),
            threads: Mutex::default(),
            numbers: AtomicU64::new(0),
            observer: Box::new(observer),
        });
        let mut wire = Self {
            shared,
            bootstrap: Vec::new(),
        };
        for (index, address) in upstream.iter().enumerate() {
            let port = if index == 0 { port } else { 0 };
            let door = open(&wire.shared, address, port);
            let door = door.map_err(|source| WireError::Listen { port, source })?;
            wire.bootstrap.push(door);
        }
        Ok(wire)
    }

    /// What clients take as `bootstrap.servers`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        let told = self
            .bootstrap
            .iter()
            .map(|port| format!("{LOOPBACK}:{port}"));
        told.collect::<Vec<_>>().join(",")
    }

    /// Every broker that is known so far, with the port that stands for it.
    #[must_use]
    pub fn brokers(&self) -> Vec<(Address, u16)> {
        let doors = locked(&self.shared.doors);
        doors
            .iter()
            .map(|(address, &port)| (address.clone(), port))
            .collect()
    }

    /// Sets what is added to every connection, for the frames from now on.
    pub fn set_conditions(&self, conditions: Conditions) {
        *locked(&self.shared.conditions) = conditions;
    }

    /// The counts so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        locked(&self.shared.desk).summary()
    }
}

impl Wire {
    /// Cuts every connection, and returns the last counts.
    #[must_use]
    pub fn finish(self) -> Summary {
        let shared = Arc::clone(&self.shared);
        drop(self);
        locked(&shared.desk).summary()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        let ports: Vec<u16> = locked(&self.shared.doors).values().copied().collect();
        for port in ports {
            // Wakes the thread that accepts; it looks at `stopping` then.
            let _ = TcpStream::connect((LOOPBACK, port));
        }
        for sockets in locked(&self.shared.live).values() {
            for socket in sockets {
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
        let threads: Vec<_> = locked(&self.shared.threads).drain(..).collect();
        for thread in threads {
            let _ = thread.join();
        }
    }
}

/// The port that stands for a broker's address; a listener is opened when it is met first.
fn open(shared: &Arc<Shared>, address: &Address, port: u16) -> io::Result<u16> {
    let mut doors = locked(&shared.doors);
    if let Some(&port) = doors.get(address) {
        return Ok(port);
    }
    let listener = TcpListener::bind((LOOPBACK, port))?;
    let port = listener.local_addr()?.port();
    let (inner, to) = (Arc::clone(shared), address.clone());
    let thread = spawn(move || accept(&inner, &listener, &to))?;
    doors.insert(address.clone(), port);
    locked(&shared.threads).push(thread);
    Ok(port)
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("wire".to_owned()).spawn(work)
}

/// Takes connections for one broker until the wire ends.
fn accept(shared: &Arc<Shared>, listener: &TcpListener, to: &Address) {
    for client in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else {
            // Out of files, most likely: others may end soon.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let (inner, to) = (Arc::clone(shared), to.clone());
        let mut threads = locked(&shared.threads);
        threads.retain(|thread| !thread.is_finished());
        // Without a thread the connection closes, and the client tries again.
        threads.extend(spawn(move || connection(&inner, &client, &to)).ok());
    }
}

/// Connects to the broker and passes frames until both sides have ended.
fn connection(shared: &Arc<Shared>, client: &TcpStream, to: &Address) {
    let Ok(broker) = reach(to, shared.tls.as_ref()) else {
        return;
    };
    let (Ok(a), Ok(b)) = (client.try_clone(), broker.socket().try_clone()) else {
        return;
    };
    let number = shared.numbers.fetch_add(1, Ordering::Relaxed);
    locked(&shared.live).insert(number, [a, b]);
    // The end may have come while the broker was being reached.
    if !shared.stopping.load(Ordering::SeqCst) {
        locked(&shared.desk).connected();
        passage::run(shared, client, &broker, to);
    }
    locked(&shared.live).remove(&number);
}

fn reach(to: &Address, tls: Option<&Tls>) -> io::Result<Upstream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    let addresses: Vec<SocketAddr> = (to.host.as_str(), to.port).to_socket_addrs()?.collect();
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(socket) => return Upstream::new(socket, tls, to),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for text in ["localhost:9092", "[::1]:9092", "broker-1.example.org:1"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for text in [
            "localhost",
            "localhost:",
            ":9092",
            "h:0",
            "h:70000",
            "::1:9092",
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(
                error.contains(text) && error.contains("localhost:9092"),
                "{error}"
            );
        }
    }
}

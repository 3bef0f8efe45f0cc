//! A proxy in front of real brokers that reads the headers of Produce requests: a witness of acks and requests in flight.
//!
//! It decodes by hand and shares no code with the program, so that it cannot share its mistakes.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use linger::cluster::local::{LocalKafka, LocalOptions};

use crate::kafka;

const PRODUCE: i16 = 0;

/// One Produce request as it passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProduceRequest {
    /// The broker's number, from 1.
    pub broker: usize,
    pub client_id: String,
    pub acks: i16,
    pub timeout_ms: i32,
    /// The first topic in it.
    pub topic: String,
    /// Produce requests without a response on this connection, this one included; 0 with acks=0, which has no response.
    pub in_flight: usize,
    /// The whole request's size.
    pub bytes: usize,
}

/// Listening ports, one a broker, and what has passed through them.
pub struct FrameProxy {
    listeners: Vec<TcpListener>,
    seen: Arc<Mutex<Vec<ProduceRequest>>>,
}

/// A cluster of its own with the proxy in front; every response comes `delay` late, so that requests have time to pile up.
pub fn proxied(brokers: u16, delay: Duration) -> Option<(LocalKafka, FrameProxy)> {
    let proxy = FrameProxy::bind(brokers);
    let options = LocalOptions {
        advertised_ports: proxy.ports(),
        ..LocalOptions::default()
    };
    let kafka = kafka::own(brokers, &options)?;
    proxy.connect(&kafka.listeners(), delay);
    Some((kafka, proxy))
}

impl FrameProxy {
    /// Takes a free port for each broker, which the brokers can then advertise.
    pub fn bind(brokers: u16) -> Self {
        let bind = |_| TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            listeners: (0..brokers).map(bind).collect(),
            seen: Arc::default(),
        }
    }

    pub fn ports(&self) -> Vec<u16> {
        self.listeners
            .iter()
            .map(|listener| listener.local_addr().expect("bound").port())
            .collect()
    }

    /// Begins to pass connections on to the brokers' real listeners. The threads end with the process.
    pub fn connect(&self, brokers: &[SocketAddr], delay: Duration) {
        for (index, (listener, &broker)) in self.listeners.iter().zip(brokers).enumerate() {
            let listener = listener.try_clone().expect("a clone of the listener");
            let seen = Arc::clone(&self.seen);
            thread::spawn(move || {
                for client in listener.incoming().map_while(Result::ok) {
                    if let Ok(server) = TcpStream::connect(broker) {
                        pass(index + 1, &client, &server, delay, &seen);
                    }
                }
            });
        }
    }

    /// All Produce requests so far, in the order of their passing.
    pub fn produce_requests(&self) -> Vec<ProduceRequest> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets what has passed.
    pub fn clear(&self) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Starts the three threads of one connection: requests, responses, and the responses' delay.
fn pass(
    broker: usize,
    client: &TcpStream,
    server: &TcpStream,
    delay: Duration,
    seen: &Arc<Mutex<Vec<ProduceRequest>>>,
) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a clone of the connection");
    client.set_nodelay(true).expect("nodelay");
    server.set_nodelay(true).expect("nodelay");
    // What waits for a response, in order, since a broker answers one connection in order: is it a Produce request?
    let (asked, answered) = mpsc::channel::<bool>();
    let in_flight = Arc::new(AtomicUsize::new(0));

    let (from, mut to) = (clone(client), clone(server));
    let (counter, seen) = (Arc::clone(&in_flight), Arc::clone(seen));
    thread::spawn(move || {
        let mut from = from;
        while let Some(frame) = read_frame(&mut from) {
            note(broker, &frame, &counter, &asked, &seen);
            if to.write_all(&frame).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });

    let (late, due) = mpsc::channel::<(Instant, Vec<u8>)>();
    let mut from = clone(server);
    thread::spawn(move || {
        while let Some(frame) = read_frame(&mut from) {
            if late.send((Instant::now() + delay, frame)).is_err() {
                break;
            }
        }
    });
    let mut to = clone(client);
    thread::spawn(move || {
        for (when, frame) in due {
            thread::sleep(when.saturating_duration_since(Instant::now()));
            // Counted down before it is written: the client may only answer to what it has got.
            if answered.recv().unwrap_or(false) {
                in_flight.fetch_sub(1, Ordering::SeqCst);
            }
            if to.write_all(&frame).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// Records a request, and that a response to it is expected.
fn note(
    broker: usize,
    frame: &[u8],
    in_flight: &AtomicUsize,
    asked: &mpsc::Sender<bool>,
    seen: &Mutex<Vec<ProduceRequest>>,
) {
    let mut request = decode(frame);
    let produce = request.is_some();
    if let Some(request) = &mut request {
        request.broker = broker;
        if request.acks != 0 {
            request.in_flight = in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        }
    }
    if request.as_ref().is_none_or(|request| request.acks != 0) {
        let _ = asked.send(produce);
    }
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(request);
}

/// One frame with its length in front, or nothing at the end of the connection.
fn read_frame(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let size = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let mut frame = vec![0; 4 + size];
    frame[..4].copy_from_slice(&length);
    from.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

/// Reads the header of a Produce request of version 3 to 12; `None` for any other request.
fn decode(frame: &[u8]) -> Option<ProduceRequest> {
    let mut fields = Fields(&frame[4..]);
    let (api_key, version, _correlation) = (fields.int16(), fields.int16(), fields.int32());
    if api_key != PRODUCE {
        return None;
    }
    assert!(
        (3..=12).contains(&version),
        "a Produce request of version {version}"
    );
    let flexible = version >= 9;
    let client_id = fields.text().unwrap_or_default();
    if flexible {
        fields.skip_tags();
    }
    let _transactional_id = if flexible {
        fields.compact_text()
    } else {
        fields.text()
    };
    let (acks, timeout_ms) = (fields.int16(), fields.int32());
    let topics = if flexible {
        fields.varint().saturating_sub(1)
    } else {
        fields.count()
    };
    let topic = match topics {
        0 => None,
        _ if flexible => fields.compact_text(),
        _ => fields.text(),
    };
    let topic = topic.unwrap_or_default();
    Some(ProduceRequest {
        broker: 0,
        client_id,
        acks,
        timeout_ms,
        topic,
        in_flight: 0,
        bytes: frame.len(),
    })
}

/// Kafka's primitive types, read from the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take(&mut self, count: usize) -> &[u8] {
        let (head, tail) = self.0.split_at(count);
        self.0 = tail;
        head
    }

    fn int16(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().expect("2 bytes"))
    }

    fn int32(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().expect("4 bytes"))
    }

    fn count(&mut self) -> usize {
        usize::try_from(self.int32()).unwrap_or(0)
    }

    fn varint(&mut self) -> usize {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let byte = self.take(1)[0];
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.int16()).ok()?;
        Some(String::from_utf8_lossy(self.take(length)).into_owned())
    }

    fn compact_text(&mut self) -> Option<String> {
        let length = self.varint().checked_sub(1)?;
        Some(String::from_utf8_lossy(self.take(length)).into_owned())
    }

    fn skip_tags(&mut self) {
        for _ in 0..self.varint() {
            self.varint();
            let size = self.varint();
            self.take(size);
        }
    }
}

#[test]
fn the_wire_shows_acks_and_the_limit_of_requests_in_flight() {
    let Some((kafka, proxy)) = proxied(1, Duration::from_millis(20)) else {
        return;
    };
    let topic = kafka::topic(&kafka, 1, 1);
    let mut written = 0;
    for (acks, limit) in [("0", 2), ("1", 3), ("-1", 1)] {
        let mut config = rdkafka::ClientConfig::new();
        config
            .set("bootstrap.servers", kafka.bootstrap())
            .set("client.id", format!("acks{acks}"))
            .set("acks", acks)
            .set("max.in.flight", limit.to_string())
            .set("batch.num.messages", "10")
            .set("linger.ms", "0")
            .set("request.timeout.ms", "4321");
        kafka::produce(&config, &topic, 500);
        written += 500;
        let passed = proxy.produce_requests();
        proxy.clear();
        assert!(
            passed.len() >= 50,
            "{} requests for 50 batches",
            passed.len()
        );
        let acks: i16 = acks.parse().unwrap();
        let as_set = |request: &ProduceRequest| {
            request.acks == acks
                && request.client_id == format!("acks{acks}")
                && request.topic == topic
        };
        assert!(passed.iter().all(as_set), "{passed:?}");
        assert!(
            passed.iter().all(|request| request.timeout_ms == 4321),
            "{passed:?}"
        );
        let most = passed.iter().map(|request| request.in_flight).max();
        assert_eq!(most, Some(if acks == 0 { 0 } else { limit }));
    }
    assert_eq!(kafka::assert_log_grew(&kafka, &topic, 0), written);
}

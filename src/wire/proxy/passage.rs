//! One connection's four threads: one reads and one writes, in each direction.

use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use super::super::conditions::Conditions;
use super::super::frame;
use super::super::link::{Link, Next};
use super::super::seen::Produced;
use super::super::session::{Out, Session, millis};
use super::super::tls::Upstream;
use super::{Address, Shared, locked, open};

/// What the four threads of a connection share.
struct Passage<'a> {
    shared: &'a Arc<Shared>,
    session: Mutex<Session>,
    to_broker: Link,
    to_client: Link,
    dice: Mutex<SmallRng>,
    /// In the order client, broker; shut down, never read or written, by others than their own threads.
    sockets: [&'a TcpStream; 2],
}

/// Passes frames until both sides have ended.
pub(super) fn run(shared: &Arc<Shared>, client: &TcpStream, broker: &Upstream, to: &Address) {
    let socket = broker.socket();
    // Small frames must not wait for the answer to others; without the option they are only later.
    let _ = (client.set_nodelay(true), socket.set_nodelay(true));
    let now = Instant::now();
    let passage = Passage {
        shared,
        session: Mutex::new(Session::new(to.to_string(), shared.started)),
        to_broker: Link::new(now),
        to_client: Link::new(now),
        dice: Mutex::new(SmallRng::seed_from_u64(rand::random())),
        sockets: [client, socket],
    };
    let passage = &passage;
    thread::scope(|scope| {
        let started = [
            spawn(scope, || passage.write(&passage.to_broker, broker, socket)),
            spawn(scope, || passage.write(&passage.to_client, client, client)),
            spawn(scope, || passage.read_answers(broker)),
        ];
        if started.contains(&false) {
            passage.cut();
        }
        passage.read_requests(client);
    });
    let mut desk = locked(&shared.desk);
    let left = locked(&passage.session).end(&mut desk);
    for produced in &left {
        desk.count(produced);
    }
    drop(desk);
    for produced in &left {
        (shared.observer)(produced);
    }
}

/// Starts one of the threads; false where the system gives none.
fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    work: impl FnOnce() + Send + 'scope,
) -> bool {
    let named = thread::Builder::new().name("wire".to_owned());
    named.spawn_scoped(scope, work).is_ok()
}

impl Passage<'_> {
    fn conditions(&self) -> Conditions {
        *locked(&self.shared.conditions)
    }

    fn read_requests(&self, client: &TcpStream) {
        let mut from = BufReader::with_capacity(64 << 10, client);
        while self.to_broker.wait_for_room(|| self.conditions()) {
            let Ok(Some(bytes)) = frame::read(&mut from) else {
                break;
            };
            let now = Instant::now();
            let mut session = locked(&self.session);
            let out = session.request(bytes, now, &mut locked(&self.shared.desk));
            self.pass(out, now);
        }
        self.to_broker.end();
    }

    fn read_answers(&self, broker: &Upstream) {
        let mut from = BufReader::with_capacity(64 << 10, broker);
        while self.to_client.wait_for_room(|| self.conditions()) {
            let Ok(Some(bytes)) = frame::read(&mut from) else {
                break;
            };
            let now = Instant::now();
            let mut doors = |host: &str, port: u16| {
                let host = host.to_owned();
                open(self.shared, &Address { host, port }, 0).ok()
            };
            let mut session = locked(&self.session);
            let out = session.answer(bytes, &mut locked(&self.shared.desk), &mut doors);
            self.pass(out, now);
        }
        self.to_client.end();
    }

    /// Does what the session wants. The session is locked meanwhile, so that frames keep its order.
    fn pass(&self, out: Vec<Out>, now: Instant) {
        let conditions = self.conditions();
        for out in out {
            let draw = locked(&self.dice).random();
            match out {
                Out::Broker(bytes) => {
                    self.to_broker.push(bytes, now, &conditions, draw);
                }
                Out::Client(bytes, produced, asked) => {
                    // A made-up answer comes from as far away as the broker's.
                    let from = asked.map_or(now, |asked| now.max(asked + conditions.one_way(draw)));
                    let release = self.to_client.push(bytes, from, &conditions, draw);
                    if let Some(mut produced) = produced {
                        let time = release.saturating_duration_since(produced.arrived);
                        produced.answered_ms = Some(millis(time));
                        self.tell(&produced);
                    }
                }
                Out::Seen(produced) => self.tell(&produced),
                Out::Stall(time) => {
                    self.to_broker.hold(now + time);
                    self.to_client.hold(now + time);
                }
                Out::Cut => self.to_client.cut(),
            }
        }
    }

    fn tell(&self, produced: &Produced) {
        locked(&self.shared.desk).count(produced);
        (self.shared.observer)(produced);
    }

    /// Writes one direction until it ends; then the other side learns it as it would without a wire.
    fn write(&self, link: &Link, mut to: impl Write, socket: &TcpStream) {
        loop {
            match link.next() {
                Next::Frame(bytes) if to.write_all(&bytes).is_ok() => {}
                Next::End => {
                    let _ = socket.shutdown(Shutdown::Write);
                    break;
                }
                Next::Cut => return self.cut(),
                // Nobody takes it any more, so nobody needs the rest; the other direction ends by the end of its reader.
                Next::Frame(_) => {
                    let _ = socket.shutdown(Shutdown::Both);
                    break;
                }
            }
        }
        link.break_off();
    }

    /// Ends both directions at once.
    fn cut(&self) {
        self.to_broker.break_off();
        self.to_client.break_off();
        for socket in self.sockets {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

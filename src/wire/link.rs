//! One direction of a connection: frames in order, each with the time when it may leave.
//!
//! Bytes inside the delay are the link itself and are not bounded. What waits beyond its time, because the other end does not
//! take it, or for its turn at a limited bandwidth, is bounded, so that back-pressure reaches the sender.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::conditions::Conditions;

/// How many bytes may wait beyond their time: about what sockets hold.
const LATE_BYTES: usize = 256 << 10;

/// What comes out of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A frame whose time has come.
    Frame(Vec<u8>),
    /// No more will come.
    End,
    /// The connection is to be cut here.
    Cut,
}

#[derive(Debug)]
struct Item {
    release: Instant,
    /// `None` cuts.
    bytes: Option<Vec<u8>>,
}

#[derive(Debug)]
struct State {
    items: VecDeque<Item>,
    /// How many items at the front are known to be due, and their bytes.
    due: usize,
    due_bytes: usize,
    /// The last release, before which no other may come.
    last: Instant,
    /// When the link has sent all that it was given.
    free: Instant,
    /// Nothing leaves before.
    held: Option<Instant>,
    ended: bool,
    broken: bool,
}

/// One direction of a connection.
#[derive(Debug)]
pub(super) struct Link {
    state: Mutex<State>,
    changed: Condvar,
}

impl Link {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                due: 0,
                due_bytes: 0,
                last: now,
                free: now,
                held: None,
                ended: false,
                broken: false,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the link takes more; false when it has ended for good.
    pub(super) fn wait_for_room(&self, conditions: impl Fn() -> Conditions) -> bool {
        let mut state = self.lock();
        loop {
            if state.broken || state.ended {
                return false;
            }
            let now = Instant::now();
            state.ripen(now);
            let most = now + conditions().sending(LATE_BYTES);
            if state.due_bytes < LATE_BYTES && state.free <= most {
                return true;
            }
            // Time alone makes room at a limited bandwidth; otherwise the one who takes makes it.
            let wait = state.free.saturating_duration_since(most);
            let wait = wait.clamp(Duration::from_millis(1), Duration::from_millis(100));
            state = self.wait(state, Some(wait));
        }
    }

    /// Puts a frame on its way, from `from` on; returns when it may leave. `draw` from 0 to 1 chooses the jitter.
    pub(super) fn push(
        &self,
        bytes: Vec<u8>,
        from: Instant,
        conditions: &Conditions,
        draw: f64,
    ) -> Instant {
        let mut state = self.lock();
        state.free = state.free.max(from) + conditions.sending(bytes.len());
        let release = state.last.max(state.free + conditions.one_way(draw));
        state.last = release;
        if !state.broken && !state.ended {
            state.items.push_back(Item {
                release,
                bytes: Some(bytes),
            });
            self.changed.notify_all();
        }
        release
    }

    /// Cuts the connection once what was pushed before has left.
    pub(super) fn cut(&self) {
        let mut state = self.lock();
        let release = state.last;
        state.items.push_back(Item {
            release,
            bytes: None,
        });
        state.ended = true;
        self.changed.notify_all();
    }

    /// No more will be pushed; what was pushed still leaves in its time.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Nothing leaves any more.
    pub(super) fn break_off(&self) {
        let mut state = self.lock();
        state.broken = true;
        state.items.clear();
        self.changed.notify_all();
    }

    /// Lets nothing leave before `until`.
    pub(super) fn hold(&self, until: Instant) {
        let mut state = self.lock();
        state.held = Some(state.held.map_or(until, |held| held.max(until)));
        self.changed.notify_all();
    }

    /// Waits for the next frame whose time has come.
    pub(super) fn next(&self) -> Next {
        let mut state = self.lock();
        loop {
            if state.broken {
                return Next::End;
            }
            let now = Instant::now();
            let wait = match state.items.front() {
                None if state.ended => return Next::End,
                None => None,
                Some(item) => {
                    let due = state
                        .held
                        .map_or(item.release, |held| held.max(item.release));
                    if due <= now {
                        return self.take(&mut state);
                    }
                    Some(due - now)
                }
            };
            state = self.wait(state, wait);
        }
    }

    /// Waits for a change, or so long.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        at_most: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        let Some(time) = at_most else {
            let waited = self.changed.wait(state);
            return waited.unwrap_or_else(PoisonError::into_inner);
        };
        let waited = self.changed.wait_timeout(state, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn take(&self, state: &mut State) -> Next {
        let bytes = state.items.pop_front().and_then(|item| item.bytes);
        if state.due > 0 {
            state.due -= 1;
            state.due_bytes -= bytes.as_ref().map_or(0, Vec::len);
        }
        self.changed.notify_all();
        bytes.map_or(Next::Cut, Next::Frame)
    }
}

impl State {
    /// Counts the items that have come due.
    fn ripen(&mut self, now: Instant) {
        while let Some(item) = self.items.get(self.due).filter(|item| item.release <= now) {
            self.due_bytes += item.bytes.as_ref().map_or(0, Vec::len);
            self.due += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::units::{Bytes, Millis};

    fn frame(size: usize) -> Vec<u8> {
        vec![0; size]
    }

    #[test]
    fn a_release_is_half_a_round_trip_away_and_order_is_kept() {
        let start = Instant::now();
        let link = Link::new(start);
        let conditions = Conditions {
            round_trip: Millis(20.0),
            jitter: Millis(100.0),
            ..Conditions::default()
        };
        let none = Conditions::default();
        let first = link.push(frame(1), start, &conditions, 0.0);
        let second = link.push(frame(1), start, &conditions, 0.5);
        let third = link.push(frame(1), start, &none, 0.0);
        assert_eq!(first - start, Duration::from_millis(10));
        assert_eq!(second - start, Duration::from_millis(35));
        assert_eq!(third, second);
    }

    #[test]
    fn a_limited_bandwidth_sends_one_frame_after_the_other() {
        let start = Instant::now();
        let link = Link::new(start);
        let conditions = Conditions {
            round_trip: Millis(2.0),
            bandwidth: Bytes(1_000_000),
            ..Conditions::default()
        };
        let releases = [0; 3].map(|_| link.push(frame(500_000), start, &conditions, 0.0) - start);
        assert_eq!(releases, [501, 1001, 1501].map(Duration::from_millis));
    }

    #[test]
    fn bytes_inside_the_delay_are_not_bounded_and_late_ones_are() {
        let start = Instant::now();
        let far = Conditions {
            round_trip: Millis(7_200_000.0),
            ..Conditions::default()
        };
        let link = Link::new(start);
        for _ in 0..100 {
            assert!(link.wait_for_room(|| far));
            link.push(frame(LATE_BYTES), start, &far, 0.0);
        }
        let near = Link::new(start);
        near.push(frame(LATE_BYTES), start, &Conditions::default(), 0.0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| near.wait_for_room(Conditions::default));
            assert_eq!(near.next(), Next::Frame(frame(LATE_BYTES)));
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn what_was_pushed_leaves_before_the_end_and_before_a_cut() {
        let start = Instant::now();
        let link = Link::new(start);
        link.push(frame(3), start, &Conditions::default(), 0.0);
        link.end();
        assert_eq!(
            [link.next(), link.next()],
            [Next::Frame(frame(3)), Next::End]
        );
        let link = Link::new(start);
        link.push(frame(3), start, &Conditions::default(), 0.0);
        link.cut();
        link.push(frame(4), start, &Conditions::default(), 0.0);
        assert_eq!(
            [link.next(), link.next()],
            [Next::Frame(frame(3)), Next::Cut]
        );
    }
}

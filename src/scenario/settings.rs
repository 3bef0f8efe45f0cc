//! Settings, one at a time: time-outs, the full buffer, order, sizes, and what is refused.

use super::row::{Needs, Rule, Scenario, Stopped};

mod buffer;
mod order;
mod refused;
mod sizes;

/// The scenarios of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "B4",
        claim: "the time of a record has two parts: send() is bounded by max.block.ms, delivery by delivery.timeout.ms",
        needs: Needs::Embedded,
        control: "time-outs longer than anything takes: nothing fails",
        treatment: "max.block.ms and delivery.timeout.ms forced, each alone",
        counted: "records that failed in send(), and in delivery",
        rule: Rule::Checks,
        differs: "librdkafka has no max.block.ms: its send() fails at once while the queue is full; linger waits, and provides it",
        run: buffer::two_parts,
    },
    Scenario {
        id: "B5",
        claim: "delivery.timeout.ms must be at least linger.ms + request.timeout.ms",
        needs: Needs::Nothing,
        control: "delivery.timeout.ms of exactly that sum",
        treatment: "one below that sum, and one no longer than linger.ms",
        counted: "configurations that are refused or warned of",
        rule: Rule::Checks,
        differs: "Java refuses; librdkafka asks only for more than linger.ms, so linger warns of Java's rule",
        run: refused::timeouts,
    },
    Scenario {
        id: "B9",
        claim: "a full buffer blocks send() for up to max.block.ms, and then the record fails",
        needs: Needs::Embedded,
        control: "a load that the buffer holds",
        treatment: "more load than goes through, with a buffer of 100 records and max.block.ms=200",
        counted: "records that failed in send()",
        rule: Rule::Checks,
        differs: "librdkafka's send() fails at once with _QUEUE_FULL; the waiting is linger's",
        run: buffer::full,
    },
    Scenario {
        id: "B13",
        claim: "retries with more than one request in flight can invert the order; idempotence with up to 5 keeps it",
        needs: Needs::Real,
        control: "one batch refused once, 5 in flight, with idempotence",
        treatment: "the same without idempotence (further: 1 in flight without it)",
        counted: "reordered: records that first appear behind a later one of their partition",
        rule: Rule::Counts,
        differs: "in librdkafka one in flight without idempotence may invert a whole batch all the same: one ready request waits in the output buffer and leaves before the retry",
        run: order::inverted,
    },
    Scenario {
        id: "B14",
        claim: "a record above max.request.size is refused by the client, one above max.message.bytes by the broker, with its whole batch",
        needs: Needs::Real,
        control: "500 small records in a batch",
        treatment: "the same with one among them that the broker refuses",
        counted: "small records that failed",
        rule: Rule::Checks,
        differs: "the client's limit is message.max.bytes in librdkafka",
        run: sizes::too_large,
    },
    Scenario {
        id: "B15",
        claim: "larger socket buffers help over long, thick lines",
        needs: Needs::Nothing,
        control: "socket.send.buffer.bytes as the system chooses",
        treatment: "small and large ones, at 50 to 100 ms of round trip",
        counted: "throughput",
        rule: Rule::Speed,
        differs: "",
        run: |_| Err(Stopped::NotTestable(SOCKETS.into())),
    },
    Scenario {
        id: "B16",
        claim: "idempotence needs acks=all, at most 5 in flight and retries: anything else is a configuration error",
        needs: Needs::Nothing,
        control: "acks=all, max.in.flight=5, retries as they come",
        treatment: "acks=0, acks=1, max.in.flight=6, retries=0, each alone",
        counted: "configurations that are refused before anything is sent",
        rule: Rule::Checks,
        differs: "",
        run: refused::idempotence,
    },
];

/// Why socket buffers cannot be judged here, and what can.
const SOCKETS: &str = "a proxy acknowledges TCP at once, so its delay never fills a socket buffer: the delay must be in the kernel or in the \
network itself. With a broker 50 to 100 ms away (on Linux, as root: `tc qdisc add dev eth0 root netem delay 50ms`) this measures it: \
`linger sweep -b HOST:PORT socket.send.buffer.bytes=16KiB,128KiB,1MiB,4MiB --objective 'max throughput'`";

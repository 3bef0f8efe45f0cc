//! What an error code means for the person who tunes: one line each.

/// Codes with their meaning, in the spelling of `ErrorCount::code`.
const MEANINGS: &[(&str, &str)] = &[
    ("_MSG_TIMED_OUT", "not delivered within delivery.timeout.ms"),
    (
        "_TIMED_OUT",
        "not accepted within max.block.ms, or no answer in time",
    ),
    (
        "_QUEUE_FULL",
        "the client's queue was full for longer than max.block.ms",
    ),
    (
        "_PURGE_QUEUE",
        "given up while waiting in the client's queue",
    ),
    (
        "_PURGE_INFLIGHT",
        "given up while a request was under way; may be written",
    ),
    ("_TRANSPORT", "the connection to the broker broke"),
    ("_ALL_BROKERS_DOWN", "no broker could be reached"),
    (
        "_UNKNOWN_TOPIC",
        "the topic does not exist and may not be created",
    ),
    ("_UNKNOWN_PARTITION", "the partition does not exist"),
    (
        "_AUTHENTICATION",
        "the broker refused the user or the password",
    ),
    ("_FATAL", "the client cannot go on; see its log"),
    ("_OUT_OF_ORDER", "an earlier record of the batch failed"),
    (
        "_GAPLESS_GUARANTEE",
        "the sequence would have a gap (enable.gapless.guarantee)",
    ),
    (
        "MESSAGE_TOO_LARGE",
        "larger than the broker's or the topic's limit (max.message.bytes)",
    ),
    (
        "MSG_SIZE_TOO_LARGE",
        "larger than the broker's or the topic's limit (max.message.bytes)",
    ),
    (
        "_MSG_SIZE_TOO_LARGE",
        "larger than the client's message.max.bytes",
    ),
    (
        "UNKNOWN_TOPIC_OR_PART",
        "the broker does not know the topic or partition (yet)",
    ),
    (
        "NOT_LEADER_FOR_PARTITION",
        "the partition's leader has moved",
    ),
    (
        "LEADER_NOT_AVAILABLE",
        "the partition has no leader just now",
    ),
    (
        "REQUEST_TIMED_OUT",
        "the brokers did not replicate within request.timeout.ms",
    ),
    (
        "NOT_ENOUGH_REPLICAS",
        "fewer replicas in sync than min.insync.replicas; not written",
    ),
    (
        "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        "written, but with fewer replicas in sync than min.insync.replicas",
    ),
    (
        "TOPIC_AUTHORIZATION_FAILED",
        "the user may not write to the topic",
    ),
    (
        "CLUSTER_AUTHORIZATION_FAILED",
        "the user may not do this on the cluster",
    ),
    (
        "INVALID_REQUIRED_ACKS",
        "the broker does not accept this value of acks",
    ),
    (
        "OUT_OF_ORDER_SEQUENCE_NUMBER",
        "the broker missed an earlier batch of this producer",
    ),
    (
        "DUPLICATE_SEQUENCE_NUMBER",
        "the broker had this batch already",
    ),
    (
        "INVALID_PRODUCER_EPOCH",
        "a newer producer with the same identity took over",
    ),
    ("THROTTLING_QUOTA_EXCEEDED", "the user's quota is used up"),
    ("INVALID_MSG", "the broker found the batch damaged"),
    ("POLICY_VIOLATION", "a policy of the cluster forbids it"),
    ("KAFKA_STORAGE_ERROR", "the broker's disk failed"),
];

/// What a code means; empty for a code without an entry.
#[must_use]
pub fn meaning(code: &str) -> &'static str {
    MEANINGS
        .iter()
        .find(|(name, _)| *name == code)
        .map_or("", |(_, text)| text)
}

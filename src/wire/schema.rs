//! The shape of the few messages that the wire looks into, field by field as Kafka's own message definitions give it.
//!
//! <https://github.com/apache/kafka/tree/4.1/clients/src/main/resources/common/message>

/// What a field means to the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    Other,
    /// A broker's host.
    Host,
    /// A broker's port; its host stands before it.
    Port,
    /// A topic's name.
    Topic,
    /// A topic's id; in an answer its name stands before it.
    TopicId,
    /// A partition's number.
    Partition,
    /// The error of a partition.
    Error,
    /// The first offset that a batch got.
    BaseOffset,
    /// For how long a quota lets the client wait.
    Throttle,
    /// An API in the list of versions.
    Api,
    /// The highest version of the API before it.
    MaxVersion,
    /// The transactional id.
    TransactionalId,
    /// acks.
    Acks,
    /// The time-out of a Produce request.
    Timeout,
    /// A partition's records.
    Records,
    /// The length of a tagged field that the table knows. Given by the walk, not by a table.
    TagSize,
    /// The end of that field. Given by the walk, not by a table.
    TagEnd,
}

/// The form of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// So many bytes.
    Fixed(usize),
    /// A string, or null.
    Text,
    /// Bytes, or null.
    Blob,
    /// An array of things of so many bytes.
    Numbers(usize),
    /// An array of structures, or null.
    Items(&'static [Field]),
    /// One structure.
    One(&'static [Field]),
}

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub mark: Mark,
    pub kind: Kind,
    /// The first version that has it.
    pub from: i16,
    /// The last version that has it.
    pub to: i16,
    /// Its number among the tagged fields of its structure.
    pub tag: Option<u32>,
}

/// One message.
#[derive(Debug)]
pub(super) struct Message {
    /// Its API.
    pub key: i16,
    /// The last version that the table describes.
    pub newest: i16,
    /// From which version on lengths are compact and structures end with tagged fields.
    pub flexible: i16,
    pub fields: &'static [Field],
}

const fn field(mark: Mark, kind: Kind, from: i16) -> Field {
    Field {
        mark,
        kind,
        from,
        to: i16::MAX,
        tag: None,
    }
}

const fn until(field: Field, to: i16) -> Field {
    Field { to, ..field }
}

const fn tagged(field: Field, tag: u32) -> Field {
    Field {
        tag: Some(tag),
        ..field
    }
}

const fn skip(bytes: usize, from: i16) -> Field {
    field(Other, Fixed(bytes), from)
}

use Kind::{Blob, Fixed, Items, Numbers, One, Text};
use Mark::Other;

pub(super) const PRODUCE: i16 = 0;
pub(super) const METADATA: i16 = 3;
pub(super) const API_VERSIONS: i16 = 18;

const TEXT: Field = field(Other, Text, 0);
const HOST: Field = field(Mark::Host, Text, 0);
const PORT: Field = field(Mark::Port, Fixed(4), 0);
const TOPIC_UNTIL_12: Field = until(field(Mark::Topic, Text, 0), 12);
const TOPIC_ID_FROM_13: Field = field(Mark::TopicId, Fixed(16), 13);

/// A broker: number, host, port, rack (from a version on).
const BROKER_RACK_1: &[Field] = &[skip(4, 0), HOST, PORT, field(Other, Text, 1)];
const BROKER: &[Field] = &[skip(4, 0), HOST, PORT, TEXT];
const FENCED_BROKER: &[Field] = &[skip(4, 0), HOST, PORT, TEXT, skip(1, 2)];
const ENDPOINTS: Field = field(Other, Items(BROKER), 0);
const LEADER: &[Field] = &[skip(4, 0), skip(4, 0)];

/// The answers that tell addresses, versions, or what became of a batch.
pub(super) static ANSWERS: [Message; 8] = [
    Message {
        key: PRODUCE,
        newest: 13,
        flexible: 9,
        fields: &[
            field(Other, Items(PRODUCED_TOPIC), 0),
            field(Mark::Throttle, Fixed(4), 1),
            tagged(field(Other, Items(BROKER), 10), 0),
        ],
    },
    Message {
        key: 1, // Fetch
        newest: 18,
        flexible: 12,
        fields: &[
            skip(4, 1),
            skip(2, 7),
            skip(4, 7),
            field(Other, Items(FETCHED_TOPIC), 0),
            tagged(field(Other, Items(BROKER), 16), 0),
        ],
    },
    Message {
        key: METADATA,
        newest: 13,
        flexible: 9,
        fields: &[
            skip(4, 3),
            field(Other, Items(BROKER_RACK_1), 0),
            field(Other, Text, 2),
            skip(4, 1),
            field(Other, Items(DESCRIBED_TOPIC), 0),
            until(skip(4, 8), 10),
            skip(2, 13),
        ],
    },
    Message {
        key: 10, // FindCoordinator
        newest: 6,
        flexible: 3,
        fields: &[
            skip(4, 1),
            until(skip(2, 0), 3),
            until(field(Other, Text, 1), 3),
            until(skip(4, 0), 3),
            until(HOST, 3),
            until(PORT, 3),
            field(
                Other,
                Items(&[TEXT, skip(4, 0), HOST, PORT, skip(2, 0), TEXT]),
                4,
            ),
        ],
    },
    Message {
        key: API_VERSIONS,
        newest: 4,
        flexible: 3,
        fields: &[skip(2, 0), field(Other, Items(API), 0), skip(4, 1)],
    },
    Message {
        key: 60, // DescribeCluster
        newest: 2,
        flexible: 0,
        fields: &[
            skip(4, 0),
            skip(2, 0),
            TEXT,
            skip(1, 1),
            TEXT,
            skip(4, 0),
            field(Other, Items(FENCED_BROKER), 0),
            skip(4, 0),
        ],
    },
    Message {
        key: 78, // ShareFetch
        newest: 1,
        flexible: 0,
        fields: &[
            skip(4, 0),
            skip(2, 0),
            TEXT,
            skip(4, 1),
            field(Other, Items(SHARED_TOPIC), 0),
            ENDPOINTS,
        ],
    },
    Message {
        key: 79, // ShareAcknowledge
        newest: 1,
        flexible: 0,
        fields: &[
            skip(4, 0),
            skip(2, 0),
            TEXT,
            field(Other, Items(ACKNOWLEDGED_TOPIC), 0),
            ENDPOINTS,
        ],
    },
];

/// The request that is observed.
pub(super) static PRODUCE_REQUEST: Message = Message {
    key: PRODUCE,
    newest: 13,
    flexible: 9,
    fields: &[
        field(Mark::TransactionalId, Text, 3),
        field(Mark::Acks, Fixed(2), 0),
        field(Mark::Timeout, Fixed(4), 0),
        field(
            Other,
            Items(&[
                TOPIC_UNTIL_12,
                TOPIC_ID_FROM_13,
                field(
                    Other,
                    Items(&[
                        field(Mark::Partition, Fixed(4), 0),
                        field(Mark::Records, Blob, 0),
                    ]),
                    0,
                ),
            ]),
            0,
        ),
    ],
};

const API: &[Field] = &[
    field(Mark::Api, Fixed(2), 0),
    skip(2, 0),
    field(Mark::MaxVersion, Fixed(2), 0),
];

const PRODUCED_TOPIC: &[Field] = &[
    TOPIC_UNTIL_12,
    TOPIC_ID_FROM_13,
    field(Other, Items(PRODUCED_PARTITION), 0),
];

const PRODUCED_PARTITION: &[Field] = &[
    field(Mark::Partition, Fixed(4), 0),
    field(Mark::Error, Fixed(2), 0),
    field(Mark::BaseOffset, Fixed(8), 0),
    skip(8, 2),
    skip(8, 5),
    field(Other, Items(&[skip(4, 0), TEXT]), 8),
    field(Other, Text, 8),
];

const FETCHED_TOPIC: &[Field] = &[
    until(TEXT, 12),
    skip(16, 13),
    field(Other, Items(FETCHED_PARTITION), 0),
];

const FETCHED_PARTITION: &[Field] = &[
    skip(4, 0),
    skip(2, 0),
    skip(8, 0),
    skip(8, 4),
    skip(8, 5),
    field(Other, Items(&[skip(8, 0), skip(8, 0)]), 4),
    skip(4, 11),
    field(Other, Blob, 0),
];

const DESCRIBED_TOPIC: &[Field] = &[
    skip(2, 0),
    field(Mark::Topic, Text, 0),
    field(Mark::TopicId, Fixed(16), 10),
    skip(1, 1),
    field(
        Other,
        Items(&[
            skip(2, 0),
            skip(4, 0),
            skip(4, 0),
            skip(4, 7),
            field(Other, Numbers(4), 0),
            field(Other, Numbers(4), 0),
            field(Other, Numbers(4), 5),
        ]),
        0,
    ),
    skip(4, 8),
];

const SHARED_TOPIC: &[Field] = &[
    skip(16, 0),
    field(
        Other,
        Items(&[
            skip(4, 0),
            skip(2, 0),
            TEXT,
            skip(2, 0),
            TEXT,
            field(Other, One(LEADER), 0),
            field(Other, Blob, 0),
            field(Other, Items(&[skip(8, 0), skip(8, 0), skip(2, 0)]), 0),
        ]),
        0,
    ),
];

const ACKNOWLEDGED_TOPIC: &[Field] = &[
    skip(16, 0),
    field(
        Other,
        Items(&[skip(4, 0), skip(2, 0), TEXT, field(Other, One(LEADER), 0)]),
        0,
    ),
];

/// The shape of an API's answer, where the wire looks into it.
pub(super) fn answer(key: i16) -> Option<&'static Message> {
    ANSWERS.iter().find(|message| message.key == key)
}

impl Message {
    /// Whether this version has compact lengths and tagged fields.
    pub(super) fn is_flexible(&self, version: i16) -> bool {
        version >= self.flexible
    }

    /// The length of an answer's head: frame length, correlation id, and the tagged fields of a flexible version, of which
    /// brokers send none; an ApiVersions answer never has them (KIP-511).
    pub(super) fn answer_head(&self, version: i16) -> usize {
        8 + usize::from(self.is_flexible(version) && self.key != API_VERSIONS)
    }
}

#!/usr/bin/env bash
# Starts a real Apache Kafka on this machine for as long as its standard input stays open.
#
#   start.sh [BROKERS] [--secure] [--quick-followers] [--advertise PORT[,PORT...]]    start (1 to 9 brokers, default 1)
#   start.sh --fetch                                                                  only fetch what is needed, then end
#   start.sh --check                                                                  tell whether Java, and Maven if needed, are here
#   start.sh --tool CLASS [ARGUMENT...]                                               run one of Kafka's tools, once the jars are here
#
# Needs bash and Java 17 or newer; Maven for the first start, which fetches the jars into
# ${XDG_CACHE_HOME:-~/.cache}/linger/kafka-VERSION; openssl for --secure. Every listener is on 127.0.0.1 and has no
# contact with the outside. The data lives in a temporary folder, which is removed at the end.
#
# Standard output: NAME=value lines, BOOTSTRAP last, once every broker answers; afterwards one "OK ..." or "ERR ..."
# line for each command. Standard error: what is going on.
# Standard input: commands, each with a broker's number (1 and up): kill (at once), stop (clean shutdown), start,
# pause, resume, state (answered by a third word: starting, up, paused, stopping or down). The end of the input ends
# everything, paused brokers included, and so do TERM, INT and HUP.
#
# --secure adds a SASL_SSL listener (SCRAM-SHA-512, SCRAM-SHA-256, PLAIN) and one for TLS with a client certificate, with a private
# certificate authority, and turns authorization on. The users are LINGER_KAFKA_USER (default linger; may do everything) and
# the same name with "-limited" (may do nothing); both have the password LINGER_KAFKA_PASSWORD (default: a random one).
# --quick-followers lets followers ask for new records, and leave the in-sync set when they lag, sooner than Kafka's defaults.
# --advertise names the ports that clients are told, one a broker, for a proxy in front of the plain listener.
set -u -o pipefail

version=4.3.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/linger/kafka-$version
jars=$cache/jars
start_seconds=120
tick=0.1
if (( BASH_VERSINFO[0] < 4 )); then tick=1; fi

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 3; }

# ---- what must be there ----------------------------------------------------------------------------------------------

find_java() {
  java=java
  if [[ -n ${JAVA_HOME:-} && -x $JAVA_HOME/bin/java ]]; then java=$JAVA_HOME/bin/java; fi
  command -v "$java" >/dev/null || die "a local Kafka needs Java 17 or newer, and there is no java on the PATH: install a JRE (Debian: apt install default-jre-headless)"
  local first
  first=$("$java" -version 2>&1 | grep -E -o 'version "[0-9]+' | grep -E -o '[0-9]+')
  (( ${first:-0} >= 17 )) || die "a local Kafka needs Java 17 or newer, and $java is version ${first:-unknown}: set JAVA_HOME to a newer one"
}

need_maven() {
  [[ -d $jars ]] || command -v mvn >/dev/null ||
    die "the first start of a local Kafka fetches its jars with Maven, and there is no mvn on the PATH: install it (Debian: apt install maven)"
}

write_pom() {
  cat <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>linger</groupId><artifactId>local-kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
}

# The folder appears by a rename, so that it is either absent or complete, also when two starts fetch at once.
fetch_jars() {
  [[ -d $jars ]] && return
  say "fetching Apache Kafka $version with Maven (once, about 60 MB)"
  mkdir -p "$cache" || die "cannot make the folder $cache: set XDG_CACHE_HOME to one that can be written"
  local fresh
  fresh=$(mktemp -d "$cache/fetch.XXXXXX") || die "cannot write in $cache: set XDG_CACHE_HOME to a folder that can be written"
  garbage+=("$fresh")
  write_pom >"$fresh/pom.xml"
  run mvn -B -q -f "$fresh/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$fresh/jars" >&2 || die "Maven could not fetch Kafka's jars: its message stands above"
  mv "$fresh/jars" "$jars" 2>/dev/null || [[ -d $jars ]] || die "cannot move the jars to $jars"
  rm -rf "$fresh"
}

# ---- children --------------------------------------------------------------------------------------------------------

# A child ends with this script even where the script is killed and cannot clean up (where the system offers that).
tether=()
if command -v setpriv >/dev/null && setpriv --pdeathsig KILL true 2>/dev/null; then tether=(setpriv --pdeathsig KILL); fi

tool=0
# Runs a program to its end while the end of the input and signals are still heard.
run() {
  ${tether[@]+"${tether[@]}"} "$@" </dev/null &
  tool=$!
  while kill -0 "$tool" 2>/dev/null; do listen; done
  local pid=$tool
  tool=0
  wait "$pid"
}

java_tool() { run "$java" -Xmx256m -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$jars/*" "$@"; }

garbage=()
pid=()
state=()
brokers=0
finish() {
  trap '' TERM INT HUP
  # Bash tells of each process that was killed; nobody wants to know.
  exec 2>/dev/null
  local id
  if (( tool > 0 )); then kill -KILL "$tool" 2>/dev/null; fi
  for (( id = 1; id <= brokers; id++ )); do
    if (( ${pid[id]:-0} > 0 )); then kill -KILL "${pid[id]}" 2>/dev/null; fi
  done
  wait 2>/dev/null
  if (( ${#garbage[@]} > 0 )); then rm -rf "${garbage[@]}"; fi
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP

# The beginning of a command that the end of a tick has cut off.
begun=""
# Waits one tick for a command; the end of the input is the end of everything.
listen() {
  local line status=0
  if [[ $mode == fetch ]]; then sleep "$tick"; return; fi
  IFS= read -r -t "$tick" line || status=$?
  begun+=$line
  if (( status == 0 )); then
    line=$begun begun=""
    obey $line
  elif (( status <= 128 )); then
    say "the input has ended: stopping"
    exit 0
  fi
}

# ---- one cluster -----------------------------------------------------------------------------------------------------

taken=" "
# Sets `port` to a free one below the range from which the system gives ports to outgoing connections.
free_port() {
  local tries=0
  while (( tries++ < 500 )); do
    port=$(( 10240 + (RANDOM * 32768 + RANDOM) % 22000 ))
    [[ $taken == *" $port "* ]] && continue
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    taken+="$port "
    return
  done
  die "found no free port on 127.0.0.1"
}

choose_ports() {
  local id port
  for (( id = 1; id <= brokers; id++ )); do
    free_port; plain[id]=$port
    free_port; inner[id]=$port
    free_port; control[id]=$port
    advertised[id]=${advertise[id - 1]:-${plain[id]}}
    if (( secure )); then
      free_port; sasl[id]=$port
      free_port; tls[id]=$port
    fi
  done
}

# Prints "127.0.0.1:a,127.0.0.1:b" for ports a b.
addresses() {
  local text="" p
  for p in "$@"; do text+=",127.0.0.1:$p"; done
  printf '%s' "${text:1}"
}

properties() {
  local id=$1 voters="" i replicas=$(( brokers < 3 ? brokers : 3 )) in_sync=$(( brokers < 2 ? 1 : 2 ))
  local listeners="CLIENT://127.0.0.1:${plain[id]},BROKER://127.0.0.1:${inner[id]}"
  local told="CLIENT://127.0.0.1:${advertised[id]},BROKER://127.0.0.1:${inner[id]}"
  local protocols="CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"
  for (( i = 1; i <= brokers; i++ )); do voters+=",$i@127.0.0.1:${control[i]}"; done
  if (( secure )); then
    local more=",SASL://127.0.0.1:${sasl[id]},TLS://127.0.0.1:${tls[id]}"
    listeners+=$more told+=$more protocols+=",SASL:SASL_SSL,TLS:SSL"
    secure_properties
  fi
  cat <<PROPERTIES
process.roles=broker,controller
node.id=$id
broker.rack=rack-$id
controller.quorum.voters=${voters:1}
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
listeners=$listeners,CONTROLLER://127.0.0.1:${control[id]}
advertised.listeners=$told
listener.security.protocol.map=$protocols
log.dirs=$home/data-$id
auto.create.topics.enable=false
default.replication.factor=$replicas
min.insync.replicas=$in_sync
offsets.topic.num.partitions=5
offsets.topic.replication.factor=$replicas
transaction.state.log.num.partitions=5
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
share.coordinator.state.topic.num.partitions=5
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$in_sync
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.retention.hours=1
# Full speed writes gigabytes a minute: old segments go early, so that a long run does not fill the disk.
log.retention.bytes=268435456
log.segment.bytes=67108864
log.retention.check.interval.ms=5000
log.segment.delete.delay.ms=1000
file.delete.delay.ms=1000
PROPERTIES
  if (( quick )); then printf 'replica.fetch.wait.max.ms=50\nreplica.lag.time.max.ms=5000\n'; fi
}

secure_properties() {
  cat <<PROPERTIES
ssl.keystore.type=PEM
ssl.keystore.location=$home/tls/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$home/tls/ca.pem
listener.name.tls.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN
listener.name.sasl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_$user="$password" user_$user-limited="$password";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:$user;User:CN=linger-client
PROPERTIES
}

random_word() { head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }

# Makes the certificate authority, and with it a certificate for the name $1 (extensions: $2).
certificate() {
  openssl req -newkey rsa:2048 -nodes -keyout "$home/tls/$1.key" -out "$home/tls/$1.csr" -subj "/CN=linger-$1" 2>/dev/null &&
    openssl x509 -req -in "$home/tls/$1.csr" -CA "$home/tls/ca.pem" -CAkey "$home/tls/ca.key" -CAcreateserial -days 30 \
      -out "$home/tls/$1.crt" -extfile <(printf '%s\n' "$2") 2>/dev/null || die "openssl could not make the certificate for $1"
}

make_security() {
  command -v openssl >/dev/null || die "--secure makes its certificates with openssl, and there is no openssl on the PATH: install it (Debian: apt install openssl)"
  user=${LINGER_KAFKA_USER:-linger}
  password=${LINGER_KAFKA_PASSWORD:-$(random_word)}
  [[ $user$password =~ ^[A-Za-z0-9_.-]+$ ]] || die "LINGER_KAFKA_USER and LINGER_KAFKA_PASSWORD may hold only letters, digits and . _ -"
  mkdir "$home/tls"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$home/tls/ca.key" -out "$home/tls/ca.pem" -days 30 -subj "/CN=linger private CA" \
    -addext basicConstraints=critical,CA:TRUE 2>/dev/null || die "openssl could not make a certificate authority"
  certificate broker "subjectAltName=IP:127.0.0.1,DNS:localhost"
  certificate client "extendedKeyUsage=clientAuth"
  cat "$home/tls/broker.key" "$home/tls/broker.crt" "$home/tls/ca.pem" >"$home/tls/broker.pem"
}

# Writes the first records of the metadata log (feature levels, users), the same for every broker, to the file $1.
make_checkpoint() {
  local into=$1 scram=() kind
  if (( secure )); then
    for kind in SCRAM-SHA-512 SCRAM-SHA-256; do
      scram+=(--add-scram "$kind=[name=$user,password=$password]" --add-scram "$kind=[name=$user-limited,password=$password]")
    done
  fi
  mkdir "$home/format"
  properties 1 | sed "s#^log.dirs=.*#log.dirs=$home/format#" >"$home/format.properties"
  java_tool kafka.tools.StorageTool format --cluster-id "$cluster_id" --config "$home/format.properties" ${scram[@]+"${scram[@]}"} \
    >"$home/log/format.log" 2>&1 || { cat "$home/log/format.log" >&2; die "Kafka's storage tool failed: its message stands above"; }
  cp "$home/format/bootstrap.checkpoint" "$into.$$" && mv "$into.$$" "$into" || die "cannot write $into"
}

make_storage() {
  local id source=$cache/bootstrap.checkpoint
  if (( secure )); then source=$home/bootstrap.checkpoint; fi
  if [[ ! -f $source ]]; then make_checkpoint "$source"; fi
  for (( id = 1; id <= brokers; id++ )); do
    rm -rf "$home/data-$id"
    mkdir "$home/data-$id"
    cp "$source" "$home/data-$id/bootstrap.checkpoint"
    printf 'version=1\ncluster.id=%s\nnode.id=%s\n' "$cluster_id" "$id" >"$home/data-$id/meta.properties"
    properties "$id" >"$home/broker-$id.properties"
  done
}

# ---- one broker ------------------------------------------------------------------------------------------------------

runs=()
log_of() { printf '%s/log/broker-%s.%s.log' "$home" "$1" "${runs[$1]}"; }

launch() {
  local id=$1
  runs[id]=$(( ${runs[id]:-0} + 1 ))
  ${tether[@]+"${tether[@]}"} "$java" -Xms128m -Xmx512m -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -Xshare:auto \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=info -Dorg.slf4j.simpleLogger.showDateTime=true \
    -cp "$jars/*" kafka.Kafka "$home/broker-$id.properties" </dev/null >"$(log_of "$id")" 2>&1 &
  pid[id]=$!
  state[id]=starting
  since[id]=$SECONDS
}

alive() { kill -0 "${pid[$1]}" 2>/dev/null; }

gone() {
  wait "${pid[$1]}" 2>/dev/null
  pid[$1]=0
  state[$1]=down
}

# Looks at one broker that is on its way up or down.
look() {
  local id=$1
  case ${state[id]} in
    starting)
      if grep -q -F 'Kafka Server started' "$(log_of "$id")" 2>/dev/null; then
        state[id]=up
        if (( ready )); then say "broker $id answers again"; printf 'OK start %s\n' "$id"; fi
      elif ! alive "$id" || (( SECONDS - since[id] > start_seconds )); then
        failed "$id"
      fi ;;
    stopping)
      alive "$id" || { gone "$id"; printf 'OK stop %s\n' "$id"; } ;;
    up)
      alive "$id" || { gone "$id"; say "broker $id has ended by itself; its log ends so:"; tail -n 5 "$(log_of "$id")" >&2; } ;;
  esac
}

# Another program may have taken a port between its choice and the broker's start: then all begin anew on other ports.
begin() {
  local id
  choose_ports
  make_storage
  say "starting $brokers broker(s)"
  for (( id = 1; id <= brokers; id++ )); do launch "$id"; done
}

begin_anew() {
  local id
  say "a port was taken by another program: trying others"
  for (( id = 1; id <= brokers; id++ )); do
    kill -KILL "${pid[id]}" 2>/dev/null
    gone "$id"
  done
  begin
}

failed() {
  if (( ! ready && ++attempts < 4 )) && grep -q -F 'Address already in use' "$(log_of "$1")"; then
    begin_anew
    return
  fi
  tail -n 20 "$(log_of "$1")" >&2
  if (( ! ready )); then die "broker $1 did not start (it has $start_seconds s); the end of its log stands above"; fi
  kill -KILL "${pid[$1]}" 2>/dev/null
  gone "$1"
  printf 'ERR start %s: the broker did not start\n' "$1"
}

# Obeys one line of input: a command and a broker's number.
obey() {
  local command=${1:-} id=${2:-}
  [[ -z $command ]] && return
  if (( ! ready )); then printf 'ERR %s: the brokers are still starting\n' "$*"; return; fi
  if [[ ! $id =~ ^[1-9]$ ]] || (( id > brokers )); then printf 'ERR %s: there are brokers 1 to %s\n' "$*" "$brokers"; return; fi
  if [[ ${state[id]} == up ]]; then look "$id"; fi
  case $command:${state[id]} in
    state:*) printf 'OK state %s %s\n' "$id" "${state[id]}"; return ;;
    start:down) say "starting broker $id"; launch "$id"; return ;;
    stop:up) say "stopping broker $id"; kill -TERM "${pid[id]}"; state[id]=stopping; return ;;
    kill:up|kill:starting|kill:stopping|kill:paused) say "killing broker $id"; kill -KILL "${pid[id]}"; gone "$id" ;;
    pause:up) say "pausing broker $id"; kill -STOP "${pid[id]}"; state[id]=paused ;;
    resume:paused) say "resuming broker $id"; kill -CONT "${pid[id]}"; state[id]=up ;;
    start:*|stop:*|kill:*|pause:*|resume:*) printf 'ERR %s: broker %s is %s\n' "$*" "$id" "${state[id]}"; return ;;
    *) printf 'ERR %s: the commands are kill, stop, start, pause, resume and state\n' "$*"; return ;;
  esac
  printf 'OK %s %s\n' "$command" "$id"
}

client_properties() {
  cat >"$home/client.properties" <<PROPERTIES
bootstrap.servers=$(addresses "${sasl[@]}")
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="$user" password="$password";
ssl.truststore.type=PEM
ssl.truststore.location=$home/tls/ca.pem
PROPERTIES
}

announce() {
  ready=1
  if (( secure )); then client_properties; fi
  printf 'DATA=%s\nJARS=%s\nJAVA=%s\nPIDS=%s\n' "$home" "$jars" "$java" "$(IFS=,; printf '%s' "${pid[*]}")"
  printf 'LISTEN=%s\nDIRECT=%s\n' "$(addresses "${plain[@]}")" "$(addresses "${inner[@]}")"
  if (( secure )); then
    printf 'SASL=%s\nTLS=%s\n' "$(addresses "${sasl[@]}")" "$(addresses "${tls[@]}")"
    printf 'CA=%s\nCLIENT_CERT=%s\nCLIENT_KEY=%s\n' "$home/tls/ca.pem" "$home/tls/client.crt" "$home/tls/client.key"
    printf 'CLIENT_PROPERTIES=%s\n' "$home/client.properties"
  fi
  printf 'BOOTSTRAP=%s\n' "$(addresses "${advertised[@]}")"
}

# Goes round once a tick: commands, brokers on their way, and at the start the announcement.
serve() {
  local id waiting
  while true; do
    listen
    waiting=0
    for (( id = 1; id <= brokers; id++ )); do
      look "$id"
      if [[ ${state[id]} == starting || ${state[id]} == stopping ]]; then waiting=1; fi
    done
    if (( ! ready && ! waiting )); then
      announce
      say "Apache Kafka $version with $brokers broker(s) answers at $(addresses "${advertised[@]}"); end the input (Ctrl-D) to stop it"
    fi
    if (( BASH_VERSINFO[0] >= 4 )); then tick=$(( waiting ? 0 : 1 )); tick=${tick/0/0.1}; fi
  done
}

# ---- the command line ------------------------------------------------------------------------------------------------

ready=0
attempts=0
secure=0
quick=0
advertise=()
plain=() inner=() control=() advertised=() sasl=() tls=() since=()
home=""
mode=start
while (( $# > 0 )); do
  case $1 in
    [1-9]) brokers=$1 ;;
    --secure) secure=1 ;;
    --quick-followers) quick=1 ;;
    --advertise) IFS=, read -r -a advertise <<<"${2:-}"; shift ;;
    --fetch) mode=fetch ;;
    --check) mode=check ;;
    --tool) mode=tool; shift; break ;;
    -h|--help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
    *) say "error: unknown argument '$1': see --help"; exit 2 ;;
  esac
  shift
done

find_java
if [[ $mode == tool ]]; then
  [[ -d $jars ]] || die "Kafka's jars were not fetched yet: --fetch does"
  exec ${tether[@]+"${tether[@]}"} "$java" -Xmx64m -XX:TieredStopAtLevel=1 -cp "$jars/*" "$@"
fi
need_maven
[[ $mode == check ]] && exit 0
(( brokers > 0 )) || brokers=1
if (( ${#advertise[@]} > 0 && ${#advertise[@]} != brokers )); then die "--advertise names ${#advertise[@]} port(s) for $brokers broker(s)"; fi
fetch_jars
umask 077
home=$(mktemp -d "${TMPDIR:-/tmp}/linger-kafka.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}: set TMPDIR to a folder that can be written"
garbage+=("$home")
mkdir "$home/log"
cluster_id=L$(random_word | cut -c 2-)
if (( secure )); then make_security; fi
if [[ $mode == fetch ]]; then
  choose_ports
  [[ -f $cache/bootstrap.checkpoint ]] || make_checkpoint "$cache/bootstrap.checkpoint"
  exit 0
fi
begin
serve

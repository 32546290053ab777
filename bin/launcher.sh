# The core that ./barnabas and bin/*.sh share: it finds a JDK, builds when sources are newer, keeps the start-up caches,
# starts and stops brokers. Bash and Linux; sourced, never run. On the way to a start it forks as little as it can.
#
# Callers set HOME_DIR, the directory that holds bin/. What is made lives there:
#   target/dist/lib    the jars a broker runs from       target/dist/stamp  as old as the sources they were built from
#   target/cache       class-data archives, AOT caches   run                one file per started broker
#   target/dist/tools-lib  what the command-line tools have beside those jars
#   target/bench       the jars of the benchmarks, their stamp, runs and data

MAIN_CLASS=io.barnabas.server.Main
LIB_DIR=$HOME_DIR/target/dist/lib
TOOLS_LIB_DIR=$HOME_DIR/target/dist/tools-lib
STAMP=$HOME_DIR/target/dist/stamp
CACHE_DIR=$HOME_DIR/target/cache
BENCH_DIR=$HOME_DIR/target/bench
RUN_DIR=$HOME_DIR/run
# Where JDKs are looked for: patterns, open until they are used.
JDK_PLACES="/usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* ${HOME:-}/.sdkman/candidates/java/* ${HOME:-}/.jdks/*"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
misused() { say "$*"; exit 2; }

# ---- JDK -----------------------------------------------------------------------------------------------------------

# Sets version_found to the JAVA_VERSION of the JDK in $1 as one comparable number, major version first; 0 if there is none.
read_version() {
  version_found=0
  local line major minor patch
  [[ -r $1/release ]] || return 0
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+)(\.([0-9]+))?(\.([0-9]+))? ]]; then
      major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[3]:-0} patch=${BASH_REMATCH[5]:-0}
      version_found=$(( (10#$major * 1000 + 10#$minor) * 1000 + 10#$patch ))
      return 0
    fi
  done <"$1/release"
}

# Sets JDK and JDK_MAJOR: JAVA_HOME when it is 17 or newer and has bin/$1 (java or javac), else the newest JDK found.
find_jdk() {
  local tool=$1 best=0 directory
  JDK=
  if [[ -n ${JAVA_HOME:-} ]]; then
    read_version "$JAVA_HOME"
    if (( version_found >= 17000000 )) && [[ -x $JAVA_HOME/bin/$tool ]]; then
      JDK=$JAVA_HOME best=$version_found
    else
      say "JAVA_HOME is not a JDK 17 or newer with bin/$tool, looking further: JAVA_HOME=$JAVA_HOME"
    fi
  fi
  if [[ -z $JDK ]]; then
    for directory in $JDK_PLACES; do
      [[ -x $directory/bin/javac ]] || continue
      read_version "$directory"
      if (( version_found >= 17000000 && version_found > best )); then JDK=$directory best=$version_found; fi
    done
  fi
  [[ -n $JDK ]] || fail "No JDK 17 or newer found. Install one (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME."
  JDK_MAJOR=$(( best / 1000000 ))
}

# Sets jdks to the oldest JDK from 17 on and the newest.
list_jdks() {
  local directory oldest= newest=
  for directory in $JDK_PLACES; do
    [[ -x $directory/bin/javac ]] || continue
    read_version "$directory"
    (( version_found >= 17000000 )) || continue
    [[ -n $oldest ]] && (( version_found >= ${oldest%% *} )) || oldest="$version_found $directory"
    [[ -n $newest ]] && (( version_found <= ${newest%% *} )) || newest="$version_found $directory"
  done
  if [[ -z $oldest ]]; then jdks=("$JDK"); else jdks=("${oldest#* }"); fi
  [[ ${newest%% *} == "${oldest%% *}" ]] || jdks+=("${newest#* }")
}

# ---- Build ---------------------------------------------------------------------------------------------------------

# True when the jars are there and no source, build file or source folder that they are made of is newer than they are.
# Without sources, the jars are all there is.
is_built() {
  [[ -e $STAMP ]] || return 1
  [[ -e $HOME_DIR/pom.xml ]] || return 0
  [[ -z $(cd "$HOME_DIR" && find pom.xml ./*/pom.xml ./*/src/main -newer "$STAMP" -not -path './testkit/*' -not -path './system-tests/*' \
    -not -path './benchmarks/*' -print -quit 2>/dev/null) ]]
}

# The same for the benchmarks.
is_bench_built() {
  [[ -e $BENCH_DIR/stamp ]] &&
    [[ -z $(cd "$HOME_DIR" && find pom.xml ./*/pom.xml ./*/src/main system-tests/*/pom.xml -newer "$BENCH_DIR/stamp" -print -quit 2>/dev/null) ]]
}

# Runs Maven on the whole build with the given arguments.
maven() {
  local options='-XX:+UseSerialGC -XX:TieredStopAtLevel=1'
  # Newer JDKs warn of what Maven's own libraries do.
  (( JDK_MAJOR < 24 )) || options+=' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow'
  JAVA_HOME=$JDK MAVEN_OPTS=${MAVEN_OPTS:-$options} \
    "$HOME_DIR/mvnw" -B -ntp -f "$HOME_DIR/pom.xml" "$@"
}

# Builds if need be. One build at a time: who comes second waits and finds it done.
build_if_needed() {
  is_built && return 0
  [[ -e $HOME_DIR/pom.xml ]] || fail "Neither jars nor sources here: directory=$HOME_DIR"
  mkdir -p "$HOME_DIR/target" || fail "Cannot build: directory not writable: $HOME_DIR"
  local lock built=
  exec {lock}>"$HOME_DIR/target/build.lock"
  flock "$lock"
  is_built || { build; built=yes; }
  exec {lock}>&-
  # Without the lock: the broker that the cache is made of would keep it, should this script be killed meanwhile.
  [[ -z $built ]] || { plan_java; make_cache; }
}

build() {
  local jdk=$JDK major=$JDK_MAJOR started=$HOME_DIR/target/build.started
  find_jdk javac
  if [[ -d $LIB_DIR ]]; then say "Building what changed ..."; else say "Building (the first time takes a minute or two) ..."; fi
  # The stamp is taken before: what is edited during the build counts as newer.
  : >"$started"
  rm -rf "$HOME_DIR/target/dist" "$CACHE_DIR"
  maven -q -T1C -pl server,tools -am -Dmaven.test.skip package >&2 || fail "The build failed: see above."
  mv "$started" "$STAMP"
  JDK=$jdk JDK_MAJOR=$major
}

# Builds the benchmarks if need be, and has Apache Kafka's jars fetched, which nothing else wants.
build_bench_if_needed() {
  is_bench_built && return 0
  [[ -e $HOME_DIR/pom.xml ]] || fail "The benchmarks are built from sources, and there are none here: directory=$HOME_DIR"
  mkdir -p "$BENCH_DIR" || fail "Cannot build: directory not writable: $BENCH_DIR"
  local lock
  exec {lock}>"$HOME_DIR/target/build.lock"
  flock "$lock"
  is_bench_built || build_bench
  exec {lock}>&-
}

build_bench() {
  say "Building the benchmarks ..."
  : >"$BENCH_DIR/started"
  rm -rf "$BENCH_DIR/lib"
  # The broker's own jars stay as they are.
  maven -q -T1C -pl benchmarks,system-tests/kafka-broker,system-tests/kafka-tools -am -Dmaven.test.skip -Ddist.lib="$BENCH_DIR/server-lib" package >&2 ||
    fail "The build failed: see above."
  rm -rf "$BENCH_DIR/server-lib"
  mv "$BENCH_DIR/started" "$BENCH_DIR/stamp"
}

# ---- The Java command ----------------------------------------------------------------------------------------------

# Sets JAVA_FLAGS, CLASS_PATH and CACHE, the name that a start-up cache for just these jars, this JDK and these flags has.
plan_java() {
  local jars=("$LIB_DIR"/*.jar) IFS=:
  CLASS_PATH="${jars[*]}"
  IFS=$' \t\n'
  # Quiet about caches that do not fit (it then starts without one); errors of the JVM go where errors belong.
  JAVA_FLAGS=(-Xlog:disable -Xlog:all=error:stderr --enable-native-access=ALL-UNNAMED -XX:+ExitOnOutOfMemoryError
    -XX:-UsePerfData -Dfile.encoding=UTF-8 -Djava.awt.headless=true)
  (( JDK_MAJOR < 25 )) || JAVA_FLAGS+=(-XX:+UseCompactObjectHeaders)
  # shellcheck disable=SC2206 # the variables hold several words each, as in Apache Kafka
  JAVA_FLAGS+=(${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC})
  local key
  key=$({ cksum "${jars[@]}" "$JDK/release"; printf '%s\n' "$JDK" "${JAVA_FLAGS[@]}"; } 2>/dev/null | sha256sum)
  CACHE=$CACHE_DIR/${key:0:16}
  if (( JDK_MAJOR < 25 )); then CACHE+=.jsa; else CACHE+=.aot; fi
  # The heap is no part of the name: a cache serves any.
  # shellcheck disable=SC2206
  JAVA_FLAGS+=(${KAFKA_HEAP_OPTS:--Xms32m -Xmx512m})
}

# Makes the start-up cache that plan_java named, by a short run of a broker on a free port and a directory that is thrown
# away. Where it cannot be made, brokers start without.
make_cache() {
  [[ ! -e $CACHE ]] && mkdir -p "$CACHE_DIR" 2>/dev/null && [[ -w $CACHE_DIR ]] || return 0
  local lock scratch
  exec {lock}>"$CACHE_DIR/lock"
  flock -n "$lock" || return 0
  scratch=$(mktemp -d "$CACHE_DIR/training.XXXXXX") || return 0
  train "$scratch" >"$scratch/output" 2>&1 {lock}>&- && [[ -s $scratch/cache ]] && mv "$scratch/cache" "$CACHE"
  rm -rf "$scratch"
  exec {lock}>&-
}

# The run that the cache is made of; false when that broker did not get ready.
train() {
  local scratch=$1 record pid turn is_ready=1
  if (( JDK_MAJOR < 25 )); then record=-XX:ArchiveClassesAtExit=$scratch/cache; else record=-XX:AOTCacheOutput=$scratch/cache; fi
  "$JDK/bin/java" "${JAVA_FLAGS[@]}" "$record" -cp "$CLASS_PATH" "$MAIN_CLASS" --data "$scratch/data" --port 0 &
  pid=$!
  for (( turn = 0; turn < 400; turn++ )); do
    if grep -q 'ready' "$scratch/output"; then is_ready=0; break; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  (( is_ready != 0 )) || ask "$scratch/output"
  kill -TERM "$pid" 2>/dev/null
  wait "$pid"
  return $is_ready
}

# Asks the broker whose output is file $1 what a client asks first, so that answering it is in the cache too: ApiVersions (18)
# version 3, then Metadata (3) version 12 for all topics.
ask() {
  local port answer
  port=$(grep -o 'PLAINTEXT://localhost:[0-9]*' "$1" | head -n 1)
  exec {answer}<>"/dev/tcp/localhost/${port##*:}" || return 0
  printf '\0\0\0\020\0\022\0\003\0\0\0\001\377\377\0\002a\0021\0' >&"$answer"
  read -r -t 2 -N 64 -u "$answer"
  printf '\0\0\0\017\0\003\0\014\0\0\0\002\377\377\0\0\001\0\0' >&"$answer"
  read -r -t 0.2 -N 64 -u "$answer"
  exec {answer}>&-
}

# ---- Start ---------------------------------------------------------------------------------------------------------

# Becomes a broker (or, when DAEMON is set, leaves one behind). The arguments go to the main class.
start_broker() {
  local cache_flags=()
  find_jdk java
  build_if_needed
  plan_java
  if [[ ! -e $CACHE ]]; then
    # Some other JDK or flags than those of the build: this start goes without, later ones need not.
    [[ -w $HOME_DIR ]] && (make_cache </dev/null >/dev/null 2>&1 &)
  elif (( JDK_MAJOR < 25 )); then cache_flags=("-XX:SharedArchiveFile=$CACHE" -Xshare:auto)
  else cache_flags=("-XX:AOTCache=$CACHE")
  fi
  # What the C library would keep of large buffers that were freed: 110 MB of them once the first of 20 MB has come back, since that
  # makes it raise this threshold, which it begins with.
  export MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-131072}
  # shellcheck disable=SC2206 # KAFKA_OPTS holds several words
  JAVA_COMMAND=("$JDK/bin/java" "${JAVA_FLAGS[@]}" "${cache_flags[@]}" "-Dkafka.logs.dir=${LOG_DIR:-$HOME_DIR/logs}"
    ${KAFKA_OPTS:-} -cp "$CLASS_PATH" "$MAIN_CLASS" "$@")
  if [[ -z ${DAEMON:-} ]]; then
    write_run_file "$$" "$@"
    exec "${JAVA_COMMAND[@]}"
  fi
  start_daemon "$@"
}

start_daemon() {
  local output=${LOG_DIR:-$HOME_DIR/logs}/kafkaServer.out
  mkdir -p "${output%/*}" && : >>"$output" || fail "Cannot write the log: file=$output. LOG_DIR names another directory."
  (
    trap '' HUP INT
    exec "${JAVA_COMMAND[@]}" </dev/null >>"$output" 2>&1
  ) &
  write_run_file "$!" "$@"
  say "Started in the background: pid=$! log=$output"
}

# ---- Tools ---------------------------------------------------------------------------------------------------------

# Becomes the command-line tool with main class $1; the other arguments are its own.
run_tool() {
  local terminal=false
  [[ ! -t 2 ]] || terminal=true
  find_jdk java
  build_if_needed
  # shellcheck disable=SC2086 # the variables hold several words each, as in Apache Kafka
  exec "$JDK/bin/java" -Xlog:disable -Xlog:all=error:stderr -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED -Dfile.encoding=UTF-8 -Djava.awt.headless=true "-Dtools.terminal=$terminal" ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_OPTS:-} \
    -cp "$TOOLS_LIB_DIR/*:$LIB_DIR/*" "$@"
}

# ---- Stop ----------------------------------------------------------------------------------------------------------
# A run file is named by the pid of a broker; its lines are when that process began (so that another one that got the pid
# later is not mistaken for it) and the arguments of the main class.

# Sets began to the start time of process $1 (clock ticks since boot), or nothing if there is no such process.
read_began() {
  local stat fields
  began=
  { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # After the name, which may hold anything, in brackets: field 3 is first here, 22 is the start time.
  read -r -a fields <<<"${stat##*) }"
  [[ ${fields[0]} == Z ]] || began=${fields[19]}
}

write_run_file() {
  local pid=$1 file
  shift
  [[ -d $RUN_DIR ]] || mkdir -p "$RUN_DIR" 2>/dev/null || return 0
  # Those of brokers that were killed are swept here; another start may be sweeping too, so ours appears whole.
  for file in "$RUN_DIR"/*; do [[ -e $file ]] && read_run_file "$file"; done
  read_began "$pid"
  { printf '%s\n' "$began" "$@" >"$RUN_DIR/.$pid" && mv "$RUN_DIR/.$pid" "$RUN_DIR/$pid"; } 2>/dev/null
}

# Reads run file $1 into run_pid and run_arguments; false, and the file is removed, when that process is no more.
read_run_file() {
  local lines
  mapfile -t lines 2>/dev/null <"$1" || return 1
  run_pid=${1##*/} run_arguments=("${lines[@]:1}")
  read_began "$run_pid"
  [[ -n $began && $began == "${lines[0]:-}" ]] && return 0
  rm -f "$1"
  return 1
}

# Asks the broker of run file $1 to stop and waits for its end.
stop_broker() {
  read_run_file "$1" || return 0
  local pid=$run_pid
  kill -TERM "$pid" || fail "Cannot stop the broker: pid=$pid"
  while read_run_file "$1"; do sleep 0.05; done
  say "Stopped: pid=$pid"
}

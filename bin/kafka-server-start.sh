#!/usr/bin/env bash
# Starts a broker as Apache Kafka's script of this name does: kafka-server-start.sh [-daemon] FILE [--override key=value]...
set -u
self=$(readlink -f "${BASH_SOURCE[0]}")
HOME_DIR=${self%/bin/*}
source "$HOME_DIR/bin/launcher.sh"

usage() {
  say "USAGE: $0 [-daemon] server.properties [--override property=value]*"
  exit 1
}

DAEMON=
config=
arguments=()
while (( $# > 0 )); do
  case $1 in
    -daemon) DAEMON=yes ;;
    -loggc) ;; # a file of garbage collections: KAFKA_OPTS=-Xlog:gc:FILE asks for it
    -name) shift; (( $# > 0 )) || usage ;; # names the log of the background process; ours has one
    --override) [[ ${2:-} == ?*=* ]] || usage; arguments+=(--override "$2"); shift ;;
    --override=?*=*) arguments+=(--override "${1#*=}") ;;
    -*) usage ;;
    *) [[ -z $config ]] || usage; config=$1 ;;
  esac
  shift
done
[[ -n $config ]] || usage
[[ -f $config && -r $config ]] || fail "Cannot read the configuration: file=$config"
[[ $config == /* ]] || config=$PWD/$config
start_broker --config "$config" "${arguments[@]}"

#!/usr/bin/env bash
# Asks the brokers started from here to stop, as Apache Kafka's script of this name does, and does not wait for their end:
# kafka-server-stop.sh [--process-role=ROLE] [--node-id=ID]
set -u
self=$(readlink -f "${BASH_SOURCE[0]}")
HOME_DIR=${self%/bin/*}
source "$HOME_DIR/bin/launcher.sh"

role=
node=
while (( $# > 0 )); do
  case $1 in
    --process-role=?*) role=${1#*=} ;;
    --node-id=?*) node=${1#*=} ;;
    --process-role) role=${2:-}; (( $# < 2 )) || shift ;;
    --node-id) node=${2:-}; (( $# < 2 )) || shift ;;
    *) say "Unknown option: $1. Known: --process-role=ROLE --node-id=ID"; exit 1 ;;
  esac
  shift
done

# Sets value to what the broker of the run file just read was started with for property $1: an override, else its file.
property() {
  local i line
  value=
  for (( i = 0; i + 1 < ${#run_arguments[@]}; i += 2 )); do
    [[ ${run_arguments[i]} == --config ]] || continue
    while IFS= read -r line || [[ -n $line ]]; do
      [[ $line =~ ^[[:space:]]*([^[:space:]=:#!]+)[[:space:]]*[=:][[:space:]]*(.*[^[:space:]]) && ${BASH_REMATCH[1]} == "$1" ]] && value=${BASH_REMATCH[2]}
    done <"${run_arguments[i + 1]}" 2>/dev/null
  done
  for (( i = 0; i + 1 < ${#run_arguments[@]}; i += 2 )); do
    [[ ${run_arguments[i]} == --override && ${run_arguments[i + 1]} == "$1="* ]] && value=${run_arguments[i + 1]#*=}
  done
}

# True when the broker of the run file just read is one that was asked for.
is_wanted() {
  if [[ -n $node ]]; then
    property node.id
    [[ -n $value ]] || property broker.id
    [[ ${value:-1} == "$node" ]] || return 1
  fi
  if [[ -n $role ]]; then
    property process.roles
    value=${value:-broker,controller}
    [[ ,${value// /}, == *,$role,* ]] || return 1
  fi
}

stopped=0
for file in "$RUN_DIR"/*; do
  [[ -e $file ]] && read_run_file "$file" && is_wanted || continue
  kill -s "${SIGNAL:-TERM}" "$run_pid" && stopped=$(( stopped + 1 ))
done
if (( stopped == 0 )); then
  echo "No kafka server to stop"
  exit 1
fi

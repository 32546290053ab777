#!/usr/bin/env bash
# Shows what the files of a partition hold, as Apache Kafka's script of this name does: kafka-dump-log.sh --files FILE,... [options]
set -u
self=$(readlink -f "${BASH_SOURCE[0]}")
HOME_DIR=${self%/bin/*}
source "$HOME_DIR/bin/launcher.sh"
run_tool io.barnabas.tools.KafkaDumpLog "$@"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# deployment_gate.sh: let a model through only where the data is still what it learnt from.
#
# In the training job, once:   drift profile train.csv --label y -o train.drift
# Before each deployment:      deployment_gate.sh train.drift live.csv report.html
set -u
drift=${DRIFT_COMMAND:-drift}
reference=$1 live=$2 report=$3

"$drift" verify "$reference" || exit 2
code=0
"$drift" compare "$reference" "$live" --html "$report" || code=$?
case $code in
0) echo "gate: open" ;;
1) echo "gate: closed, the data has drifted; see $report" ;;
3) echo "gate: closed, there is too little data to tell" ;;
*) echo "gate: closed, the comparison failed" ;;
esac
exit "$code"

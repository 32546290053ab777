/**
 * Load on a Kafka-compatible broker from one thread, cheap enough to share a small machine with it: frames are built
 * once, answers are read only as far as errors and offsets want it.
 */
package io.barnabas.benchmarks.load;

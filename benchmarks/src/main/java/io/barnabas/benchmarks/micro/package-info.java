/**
 * The pieces of the hot path, one by one: {@code ./barnabas bench micro [REGEX] [-prof gc]}. Each class says what one
 * operation is. Time is that of one core; {@code gc.alloc.rate.norm} of {@code -prof gc} is bytes of heap per operation.
 */
package io.barnabas.benchmarks.micro;

package io.barnabas.model;

/**
 * What is wrong with one record of a refused batch.
 *
 * @param batchIndex the record's place in its batch, from 0
 */
public record RecordError(int batchIndex, String message) {}

package io.barnabas.log;

import java.nio.file.Path;

/**
 * Something that a check of files came upon.
 *
 * @param position in the file; -1 where it is no matter of one
 * @param offset   -1 where it is no matter of one
 * @param isDamage false for what a start puts in order, or what may be as it should
 */
public record Finding(Path file, long position, long offset, String what, boolean isDamage) {}

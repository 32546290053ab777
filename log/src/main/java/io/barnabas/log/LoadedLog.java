package io.barnabas.log;

import io.barnabas.base.Uuid;
import java.nio.file.Path;

/**
 * A log as it was found on disk, or made.
 *
 * @param folderChange  see {@link DirectoryEntries#sync}
 * @param epochsChanged whether the epoch checkpoint is not as it should be
 * @param closedCleanly whether a clean stop left it so: then another one has nothing to write
 * @param snapshotOffset of the latest producer snapshot, -1 if there is none
 */
record LoadedLog(Uuid topicId, Path folder, Segment[] segments, LeaderEpochHistory epochs, ProducerStates producers,
        long logStartOffset, long endOffset, long flushedOffset, long folderChange, boolean epochsChanged, boolean hasEpochsFile, boolean closedCleanly,
        long snapshotOffset) {}

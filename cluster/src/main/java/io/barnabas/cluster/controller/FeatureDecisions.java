package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.BuiltFeatures;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.UpdateFeaturesRequest;
import io.barnabas.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import io.barnabas.protocol.message.UpdateFeaturesResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Decides on finalized feature levels, against one image. */
final class FeatureDecisions {
    private static final byte UPGRADE = 1;
    private static final byte SAFE_DOWNGRADE = 2;
    private static final byte UNSAFE_DOWNGRADE = 3;

    private final ClusterImage image;
    private final int nodeId;

    FeatureDecisions(ClusterImage image, int nodeId) {
        this.image = image;
        this.nodeId = nodeId;
    }

    /** Whether the code behind a feature is there, so that its level may be raised. */
    private static boolean isBuilt(String feature) {
        return BuiltFeatures.LEVELS.containsKey(feature);
    }

    Decision<UpdateFeaturesResponse> update(UpdateFeaturesRequest request) {
        var response = new UpdateFeaturesResponse().setErrorMessage(null);
        var records = new ArrayList<TypedRecord>();
        var seen = new HashSet<String>();
        for (var update : request.featureUpdates()) {
            try {
                if (!seen.add(update.feature())) throw invalid(update, "The feature stands in the request more than once.");
                update(update, records);
                response.results().add(new UpdateFeaturesResponse.UpdatableFeatureResult().setFeature(update.feature()));
            } catch (RefusedException e) {
                // One that is refused refuses all: the answer names the first.
                response.results().clear();
                return Decision.of(response.setErrorCode(e.error().code()).setErrorMessage(
                        "The update failed for all features since the following feature had an error: " + e.getMessage()));
            }
        }
        return new Decision<>(request.validateOnly() ? List.of() : records, response);
    }

    private void update(FeatureUpdateKey update, List<TypedRecord> records) {
        var name = update.feature();
        short level = update.maxVersionLevel();
        short current = image.featureLevel(name);
        var range = SupportedFeatures.LEVELS.get(name);
        if (range == null) throw invalid(update, "Local controller " + nodeId + " does not support this feature.");
        if (level < 0 || level != 0 && !range.contains(level) || level == 0 && name.equals(MetadataVersion.FEATURE)) {
            throw invalid(update, "Local controller " + nodeId + " only supports versions " + range.lowest() + "-" + range.highest());
        }
        if (level == current) return;
        byte type = update.allowDowngrade() && update.upgradeType() == UPGRADE ? SAFE_DOWNGRADE : update.upgradeType();
        if (level < current) checkDowngrade(update, type, level);
        else if (type != UPGRADE) throw invalid(update, "Can't downgrade to a newer version.");
        else checkUpgrade(update, level);
        records.add(Records.feature(name, level));
    }

    private void checkUpgrade(FeatureUpdateKey update, short level) {
        var name = update.feature();
        if (!isBuilt(name)) throw invalid(update, "This version of the software does not build on the feature yet.");
        for (var broker : image.brokers()) {
            var range = broker.features().get(name);
            if (range == null || !range.contains(level)) throw invalid(update, "Broker " + broker.id() + " does not support this feature level.");
        }
    }

    private void checkDowngrade(FeatureUpdateKey update, byte type, short level) {
        if (type == UPGRADE) throw invalid(update, "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.");
        if (type != SAFE_DOWNGRADE && type != UNSAFE_DOWNGRADE) throw invalid(update, "The controller does not support the given upgrade type.");
        if (update.feature().equals("kraft.version")) throw invalid(update, "Can't downgrade the version of this feature.");
        if (!update.feature().equals(MetadataVersion.FEATURE)) return;
        if (image.metadataVersion().losesRecordsDownTo(level)) {
            throw new RefusedException(ErrorCode.INVALID_UPDATE_VERSION, "Unsupported metadata.version downgrade from "
                    + image.metadataVersion().level() + " to " + level
                    + ". Refusing to perform the requested downgrade because it might delete metadata information.");
        }
    }

    private static RefusedException invalid(FeatureUpdateKey update, String reason) {
        return new RefusedException(ErrorCode.INVALID_UPDATE_VERSION, "Invalid update version " + update.maxVersionLevel()
                + " for feature " + update.feature() + ". " + reason);
    }
}

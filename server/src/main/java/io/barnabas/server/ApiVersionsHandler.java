package io.barnabas.server;

import io.barnabas.cluster.metadata.LevelRange;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.AdvertisedVersions;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import io.barnabas.protocol.message.ApiVersionsResponse.FinalizedFeatureKey;
import io.barnabas.protocol.message.ApiVersionsResponse.SupportedFeatureKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/** Tells a client which APIs a listener serves, in which versions, and which features the cluster has. */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequest> {
    private static final String KRAFT_VERSION = "kraft.version";
    /** From this version on clients say what software they are. */
    private static final int SOFTWARE_VERSION = 3;
    /** Before this version clients take a supported range that starts at 0 for a fault. */
    private static final int ZERO_RANGE_VERSION = 4;
    /** From this version on clients may say whom they expect to find. */
    private static final int EXPECTATION_VERSION = 5;

    private final MetadataCache metadata;
    private final String clusterId;
    private final int nodeId;
    private final IntSupplier kraftVersion;
    private final List<ApiVersion> apis = new ArrayList<>();
    private final List<SupportedFeatureKey> features = new ArrayList<>();
    private final List<SupportedFeatureKey> featuresAboveZero = new ArrayList<>();

    /**
     * @param advertised   what such a listener offers when it serves everything
     * @param served       the APIs that it does serve; this one is always among them
     * @param features     levels of each feature that this node supports
     * @param kraftVersion the finalized {@code kraft.version}, which stands in no record; from any thread
     */
    ApiVersionsHandler(
            List<AdvertisedVersions> advertised, Set<ApiKey> served, Map<String, LevelRange> features,
            MetadataCache metadata, String clusterId, int nodeId, IntSupplier kraftVersion) {
        this.metadata = metadata;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.kraftVersion = kraftVersion;
        for (var offer : advertised) {
            if (offer.api() != ApiKey.API_VERSIONS && !served.contains(offer.api())) continue;
            apis.add(new ApiVersion().setApiKey(offer.api().id()).setMinVersion(offer.lowest()).setMaxVersion(offer.highest()));
        }
        for (var feature : features.entrySet()) addFeature(feature.getKey(), feature.getValue());
    }

    private void addFeature(String name, LevelRange levels) {
        var feature = new SupportedFeatureKey().setName(name).setMinVersion(levels.lowest()).setMaxVersion(levels.highest());
        features.add(feature);
        if (levels.lowest() > 0) featuresAboveZero.add(feature);
    }

    @Override
    public void handle(RequestContext context, ApiVersionsRequest request) {
        int version = context.apiVersion();
        var error = errorOf(version, request);
        if (error != ErrorCode.NONE) {
            context.answer(new ApiVersionsResponse().setErrorCode(error.code()));
            return;
        }
        // The lists are shared by all answers and only read.
        var response = new ApiVersionsResponse().setApiKeys(apis);
        if (version >= SOFTWARE_VERSION) {
            response.setSupportedFeatures(version < ZERO_RANGE_VERSION ? featuresAboveZero : features);
            addFinalized(response);
        }
        context.answer(response);
    }

    private void addFinalized(ApiVersionsResponse response) {
        var image = metadata.image();
        if (image.lastOffset() < 0) return;
        response.setFinalizedFeaturesEpoch(image.lastOffset());
        for (var feature : image.features().entrySet()) addFinalized(response, feature.getKey(), feature.getValue());
        short kraft = (short) kraftVersion.getAsInt();
        if (kraft > 0) addFinalized(response, KRAFT_VERSION, kraft);
    }

    private static void addFinalized(ApiVersionsResponse response, String name, short level) {
        response.finalizedFeatures().add(new FinalizedFeatureKey().setName(name).setMinVersionLevel(level).setMaxVersionLevel(level));
    }

    private ErrorCode errorOf(int version, ApiVersionsRequest request) {
        if (version >= SOFTWARE_VERSION && !(isWord(request.clientSoftwareName()) && isWord(request.clientSoftwareVersion()))) {
            return ErrorCode.INVALID_REQUEST;
        }
        if (version < EXPECTATION_VERSION) return ErrorCode.NONE;
        boolean namesCluster = request.clusterId() != null;
        boolean namesNode = request.nodeId() != -1;
        if (namesCluster != namesNode) return ErrorCode.INVALID_REQUEST;
        boolean isMeant = !namesCluster || request.clusterId().equals(clusterId) && request.nodeId() == nodeId;
        return isMeant ? ErrorCode.NONE : ErrorCode.REBOOTSTRAP_REQUIRED;
    }

    /** Letters and digits, with dashes and dots inside: what a software may call itself. */
    private static boolean isWord(String text) {
        int last = text.length() - 1;
        if (last < 0 || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(last))) return false;
        for (int i = 1; i < last; i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '.') return false;
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}

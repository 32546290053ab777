package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ChartTest {
    private static Document drawn(Chart.Line... lines) throws Exception {
        String svg = Chart.svg("a <title> & more", "x", List.of("1", "2", "3"), "y", List.of(lines));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void everyValueIsAPointWithinTheFrameAndHigherValuesLieHigher() throws Exception {
        var circles = drawn(new Chart.Line("line", "#000", false, new double[] {3, 40, 1000})).getElementsByTagName("circle");
        assertThat(circles.getLength()).isEqualTo(3);
        double before = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            double y = Double.parseDouble(((Element) circles.item(i)).getAttribute("cy"));
            assertThat(y).isBetween(0.0, 440.0).isLessThan(before);
            before = y;
        }
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        var document = drawn(new Chart.Line("some", "#000", true, new double[] {3, Double.NaN, 5}), new Chart.Line("one", "#111", false, new double[] {7, Double.NaN, Double.NaN}));
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThatThrownBy(() -> drawn(new Chart.Line("none", "#000", false, new double[] {Double.NaN, Double.NaN, Double.NaN}))).hasMessageContaining("nothing to draw");
    }
}

//! One test per construct that is drawn in addition to or instead of plain values.

use super::*;

/// A series with additional content.
fn with(index: usize, values: &[&str], more: &str) -> String {
    series(index, values).replace("<c:val>", &format!("{more}<c:val>"))
}

const RED: &str = "<c:spPr><a:ln w='12700'><a:solidFill><a:srgbClr val='FF0000'/></a:solidFill></a:ln></c:spPr>";

/// Bounds of all lines in the colour of `RED`.
fn red_lines(nodes: &[Node]) -> Vec<Rect> {
    let mut all = Vec::new();
    each_shape(nodes, &mut |shape| {
        let is_red = |stroke: &thumbling_page::style::Stroke| matches!(stroke.fill, Fill::Solid(c) if c == Color::hex(0xFF_0000));
        if shape.stroke.as_ref().is_some_and(is_red) {
            all.push(shape.bounds);
        }
    });
    all
}

#[test]
fn a_trend_line_goes_through_bars_and_beyond() {
    let trend = |more: &str| {
        let trend = format!("<c:trendline>{RED}<c:trendlineType val='linear'/>{more}</c:trendline>");
        drawn(&bars("<c:barDir val='col'/>", &with(0, &["1", "2", "3"], &trend))).0
    };
    let nodes = trend("");
    let (line, bars) = (red_lines(&nodes)[0], filled(&nodes, 0x11_0000));
    assert!((line.x - bars[0].x - bars[0].width / 2.0).abs() < 0.1);
    // The line goes through every value, up to the last bar.
    assert!((line.y - bars[2].y).abs() < 0.1);
    let nodes = trend("<c:forward val='1'/>");
    let (line, bars) = (red_lines(&nodes)[0], filled(&nodes, 0x11_0000));
    assert!(line.x + line.width > bars[2].x + bars[2].width);
}

#[test]
fn the_legend_names_trend_lines_by_type() {
    let trends = "<c:trendline><c:trendlineType val='poly'/></c:trendline>\
                  <c:trendline><c:trendlineType val='movingAvg'/><c:period val='3'/></c:trendline>";
    let chart = bars("", &with(0, &["1", "2", "4"], trends)) + "<c:legend><c:legendPos val='r'/></c:legend>";
    let words = words(&drawn(&chart).0);
    for expected in ["Poly. (S0)", "3 per. Mov. Avg. (S0)"] {
        assert!(words.iter().any(|w| w == expected), "{words:?}");
    }
}

#[test]
fn error_bars_have_their_length() {
    let own = format!("<c:plus>{}</c:plus><c:minus>{}</c:minus>", numbers(&["1", "2"]), numbers(&["0", "2"]));
    let error = format!(
        "<c:errBars>{RED}<c:errBarType val='both'/><c:errValType val='cust'/><c:noEndCap val='1'/>{own}</c:errBars>"
    );
    let (nodes, missed) = drawn(&bars("<c:barDir val='col'/>", &with(0, &["2", "4"], &error)));
    let (lines, bars) = (red_lines(&nodes), filled(&nodes, 0x11_0000));
    let unit = bars[0].height / 2.0;
    assert!((lines[0].height - unit).abs() < 0.1 && (lines[1].height - 4.0 * unit).abs() < 0.1);
    assert!((lines[1].y + 2.0 * unit - bars[1].y).abs() < 0.1);
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn standard_deviations_are_around_the_mean() {
    let error = format!(
        "<c:errBars>{RED}<c:errBarType val='plus'/><c:errValType val='stdDev'/><c:noEndCap val='1'/><c:val val='1'/></c:errBars>"
    );
    let (nodes, _) = drawn(&bars("<c:barDir val='col'/>", &with(0, &["2", "4"], &error)));
    let (lines, bars) = (red_lines(&nodes), filled(&nodes, 0x11_0000));
    let mean = bars[0].y + bars[0].height - bars[0].height * 1.5;
    assert!(lines.iter().all(|line| (line.y + line.height - mean).abs() < 0.1), "{lines:?}");
}

#[test]
fn the_axis_has_room_for_error_bars() {
    let error = "<c:errBars><c:errBarType val='plus'/><c:errValType val='fixedVal'/><c:val val='5'/></c:errBars>";
    let words = words(&drawn(&bars("<c:barDir val='col'/>", &with(0, &["2", "4"], error))).0);
    assert!(words.iter().any(|w| w == "10"), "{words:?}");
}

const SURFACE_AXES: &str = "<c:axId val='1'/><c:axId val='2'/><c:axId val='3'/>";

#[test]
fn a_surface_is_drawn_in_bands_that_the_legend_lists() {
    let rows = series(0, &["0", "0", "0"]) + &series(1, &["0", "10", "0"]) + &series(2, &["0", "0", "0"]);
    let axes = AXES.to_owned() + "<c:serAx><c:axId val='3'/><c:delete val='0'/></c:serAx>";
    let bands = "<c:bandFmts><c:bandFmt><c:idx val='1'/><c:spPr><a:solidFill><a:srgbClr val='00FF00'/></a:solidFill></c:spPr></c:bandFmt></c:bandFmts>";
    let chart = format!(
        "<c:plotArea><c:surfaceChart>{rows}{bands}{SURFACE_AXES}</c:surfaceChart>{axes}</c:plotArea><c:legend><c:legendPos val='r'/></c:legend>"
    );
    let (nodes, missed) = drawn(&chart);
    let words = words(&nodes);
    assert!(missed.is_empty(), "{missed:?}");
    let listed: Vec<&String> = words.iter().filter(|w| w.contains('-')).collect();
    // The highest band is listed first.
    assert_eq!(listed.last().map(|w| w.as_str()), Some("0-2"), "{words:?}");
    assert!(words.iter().any(|w| w == "S2"));
    // The second band appears once in the plot area, as a hill in the middle, and once in the legend.
    let green = filled(&nodes, 0x00_FF00);
    assert_eq!(green.len(), 2);
    assert!(green[0].width > 20.0 && green[0].x > 20.0);
}

#[test]
fn a_wireframe_has_contour_lines() {
    let rows = series(0, &["0", "0"]) + &series(1, &["10", "10"]);
    let chart = format!(
        "<c:plotArea><c:surfaceChart><c:wireframe val='1'/>{rows}{SURFACE_AXES}</c:surfaceChart>{AXES}</c:plotArea>"
    );
    let mut lines = 0;
    each_shape(&drawn(&chart).0, &mut |shape| {
        lines += usize::from(shape.bounds.height < 0.01 && shape.stroke.as_ref().is_some_and(|s| s.width == 1.5));
    });
    assert!(lines >= 4, "{lines}");
}

#[test]
fn a_data_table_has_every_value_below_its_bar() {
    let all = series(0, &["1.5", "2.5"]) + &series(1, &["3.5", "7.5"]);
    let chart = bars("<c:barDir val='col'/>", &all).replace(
        "</c:plotArea>",
        "<c:dTable><c:showHorzBorder val='1'/><c:showVertBorder val='1'/><c:showOutline val='1'/><c:showKeys val='1'/></c:dTable></c:plotArea>",
    );
    let (nodes, missed) = drawn(&chart);
    assert!(missed.is_empty(), "{missed:?}");
    let place = |text: &str| {
        nodes.iter().find_map(|node| match node {
            Node::Text(_, bounds) if words(std::slice::from_ref(node)) == [text] => Some(*bounds),
            _ => None,
        })
    };
    let bars = filled(&nodes, 0x22_0000);
    let (table, key) = (place("7.5").unwrap(), bars.last().unwrap());
    assert!(table.y > bars[1].y + bars[1].height);
    assert!((table.x..table.x + table.width).contains(&(bars[1].x)));
    // Each series name has a key, left of the plot area.
    assert!(key.x < bars[0].x && key.width < 12.0);
    // The header of the table has the categories, and the axis has no labels.
    assert_eq!(words(&nodes).iter().filter(|w| *w == "2").count(), 2, "of the axis of values, and of the head");
}

#[test]
fn a_pie_of_pie_shows_the_last_points_separately() {
    let chart = |kind: &str| {
        format!(
            "<c:plotArea><c:ofPieChart><c:ofPieType val='{kind}'/><c:varyColors val='1'/><c:ser><c:idx val='0'/>\
             <c:dLbls><c:showVal val='1'/><c:showCatName val='1'/></c:dLbls><c:val>{}</c:val></c:ser>\
             <c:splitType val='pos'/><c:splitPos val='2'/><c:serLines>{RED}</c:serLines></c:ofPieChart></c:plotArea>",
            numbers(&["6", "3", "2", "1"])
        )
    };
    for kind in ["pie", "bar"] {
        let (nodes, missed) = drawn(&chart(kind));
        assert!(missed.is_empty(), "{missed:?}");
        let words = words(&nodes);
        for expected in ["1, 6", "Other, 3", "3, 2", "4, 1"] {
            assert!(words.iter().any(|w| w == expected), "{expected} in {words:?}");
        }
        assert_eq!(red_lines(&nodes).len(), 2);
        // The third point is to the right of the first.
        let (first, third) = (filled(&nodes, 0x5B_9BD5), filled(&nodes, 0xA5_A5A5));
        assert!(first.iter().chain(&third).all(|b| b.width > 0.0));
    }
}

#[test]
fn a_moved_label_has_a_leader_line() {
    let chart = |shown: &str| {
        format!(
            "<c:plotArea><c:pieChart><c:ser><c:idx val='0'/><c:dLbls><c:dLbl><c:idx val='0'/><c:layout><c:manualLayout>\
             <c:x val='0.3'/><c:y val='0.3'/></c:manualLayout></c:layout><c:showVal val='1'/></c:dLbl><c:showVal val='1'/>\
             <c:showLeaderLines val='{shown}'/><c:leaderLines>{RED}</c:leaderLines></c:dLbls><c:val>{}</c:val></c:ser></c:pieChart></c:plotArea>",
            numbers(&["1", "3"])
        )
    };
    assert_eq!(red_lines(&drawn(&chart("1")).0).len(), 1);
    assert_eq!(red_lines(&drawn(&chart("0")).0).len(), 0);
}

#[test]
fn negative_bars_are_inverted_if_the_series_says_so() {
    let of = |flag: &str| {
        let invert = format!("<c:invertIfNegative val='{flag}'/>");
        filled(&drawn(&bars("", &with(0, &["1", "-1"], &invert))).0, 0x11_0000).len()
    };
    assert_eq!((of("0"), of("1")), (2, 1));
}

#[test]
fn a_deleted_axis_keeps_its_gridlines() {
    let chart = |grid: &str| {
        let axes = AXES
            .replace("<c:delete val='0'/><c:axPos val='l'/>", &format!("<c:delete val='1'/><c:axPos val='l'/>{grid}"));
        drawn(&bars("", &series(0, &["1"])).replace(AXES, &axes)).0
    };
    let nodes = chart(&format!("<c:majorGridlines>{RED}</c:majorGridlines>"));
    assert!(red_lines(&nodes).len() > 5);
    assert!(!words(&nodes).iter().any(|w| w == "0.2"), "the axis itself is not shown");
    let minor = chart(&format!("<c:minorGridlines>{RED}</c:minorGridlines>"));
    assert!(red_lines(&minor).len() > red_lines(&nodes).len());
}

#[test]
fn filtered_series_are_not_drawn() {
    let filtered = "<c:extLst><c:ext xmlns:c15='http://schemas.microsoft.com/office/drawing/2012/chart'><c15:filteredBarSeries>\
                    <c15:ser><c:idx val='1'/><c:order val='1'/></c15:ser></c15:filteredBarSeries></c:ext></c:extLst>";
    let chart = bars("<c:varyColors val='0'/>", &(series(0, &["1"]) + filtered)) + "<c:legend/>";
    let listed: Vec<String> = words(&drawn(&chart).0).into_iter().filter(|w| w.starts_with('S')).collect();
    assert_eq!(listed, ["S0"]);
}

#[test]
fn labels_are_taken_from_cells() {
    let labels = "<c:dLbls><c:showVal val='0'/><c:extLst><c:ext xmlns:c15='http://schemas.microsoft.com/office/drawing/2012/chart'>\
                  <c15:showDataLabelsRange val='1'/></c:ext></c:extLst></c:dLbls>";
    let cells = "<c:extLst><c:ext xmlns:c15='http://schemas.microsoft.com/office/drawing/2012/chart'><c15:datalabelsRange>\
                 <c15:dlblRangeCache><c:pt idx='0'><c:v>first cell</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst>";
    let all = with(0, &["1", "2"], labels).replace("</c:ser>", &format!("{cells}</c:ser>"));
    assert!(words(&drawn(&bars("", &all)).0).contains(&"first cell".to_owned()));
}

#[test]
fn numbers_are_shown_in_display_units() {
    let units = "<c:dispUnits><c:builtInUnit val='thousands'/><c:dispUnitsLbl/></c:dispUnits>";
    let axes = AXES.replace("<c:crossAx val='1'/>", &format!("<c:crossAx val='1'/>{units}"));
    let labels = "<c:dLbls><c:showVal val='1'/></c:dLbls>";
    let chart = bars("", &with(0, &["1000", "2500"], labels)).replace(AXES, &axes);
    let words = words(&drawn(&chart).0);
    for expected in ["Thousands", "2.5", "0.5", "1"] {
        assert!(words.iter().any(|w| w == expected), "{expected} in {words:?}");
    }
    assert!(!words.iter().any(|w| w == "2500"));
}

#[test]
fn a_label_can_have_a_legend_key() {
    let labels = "<c:dLbls><c:showLegendKey val='1'/><c:showVal val='1'/></c:dLbls>";
    let squares = |more: &str| {
        let all = filled(&drawn(&bars("", &with(0, &["1", "2"], more))).0, 0x11_0000);
        all.iter().filter(|b| b.width < 10.0 && (b.width - b.height).abs() < 0.01).count()
    };
    assert_eq!((squares(""), squares(labels)), (0, 2));
}

#[test]
fn a_legend_never_leaves_the_chart() {
    let layout = "<c:layout><c:manualLayout><c:x val='0.9'/><c:y val='-3'/></c:manualLayout></c:layout>";
    let chart = bars("<c:varyColors val='0'/>", &series(0, &["1"]));
    let (nodes, _) = drawn(&format!("{chart}<c:legend><c:legendPos val='r'/>{layout}</c:legend>"));
    let key = filled(&nodes, 0x11_0000).pop().unwrap();
    assert!(key.width < 12.0 && key.y > 0.0 && key.x + key.width < 400.0, "{key:?}");
}

#[test]
fn a_horizontal_title_of_a_vertical_axis_wraps() {
    let title = "<c:title><c:tx><c:rich><a:bodyPr rot='0'/><a:p><a:r><a:t>Many words that say what it is</a:t></a:r></a:p></c:rich></c:tx></c:title>";
    let axes = AXES.replace("<c:axPos val='l'/>", &format!("<c:axPos val='l'/>{title}"));
    let (nodes, _) = drawn(&bars("", &series(0, &["1"])).replace(AXES, &axes));
    let width = nodes.iter().find_map(|node| match node {
        Node::Text(_, bounds) if words(std::slice::from_ref(node))[0].starts_with("Many") => Some(bounds.width),
        _ => None,
    });
    assert!(width.unwrap() < 400.0 * 0.25);
}

#[test]
fn a_chart_without_series_has_no_axes() {
    assert!(words(&drawn(&bars("", "")).0).is_empty());
}

#[test]
fn areas_with_depth_have_the_first_in_front() {
    let order = |kind: &str| {
        let all = series(0, &["1", "2"]) + &series(1, &["2", "1"]);
        let chart =
            format!("<c:plotArea><c:{kind}>{all}<c:axId val='1'/><c:axId val='2'/></c:{kind}>{AXES}</c:plotArea>");
        let mut colors = Vec::new();
        each_shape(&drawn(&chart).0, &mut |shape| {
            if let Fill::Solid(color) = shape.fill {
                colors.push(color.r);
            }
        });
        colors.retain(|r| [0x11, 0x22].contains(r));
        colors
    };
    assert_eq!(order("areaChart"), [0x11, 0x22]);
    assert_eq!(order("area3DChart"), [0x22, 0x11]);
}

#[test]
fn user_shapes_are_at_their_anchors() {
    let relationship = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' \
             Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}' Target='{target}'/></Relationships>"
        )
    };
    let shape = |color: &str| {
        format!(
            "<cdr:sp><cdr:spPr><a:xfrm><a:off x='7' y='7'/><a:ext cx='99' cy='99'/></a:xfrm><a:prstGeom prst='rect'/>\
             <a:solidFill><a:srgbClr val='{color}'/></a:solidFill></cdr:spPr></cdr:sp>"
        )
    };
    let upon = format!(
        "<c:userShapes {C} xmlns:cdr='http://schemas.openxmlformats.org/drawingml/2006/chartDrawing'>\
         <cdr:relSizeAnchor><cdr:from><cdr:x>0.25</cdr:x><cdr:y>0.5</cdr:y></cdr:from><cdr:to><cdr:x>0.75</cdr:x><cdr:y>1</cdr:y></cdr:to>{}</cdr:relSizeAnchor>\
         <cdr:absSizeAnchor><cdr:from><cdr:x>0</cdr:x><cdr:y>0</cdr:y></cdr:from><cdr:ext cx='127000' cy='254000'/>{}</cdr:absSizeAnchor></c:userShapes>",
        shape("00FF00"),
        shape("0000FF")
    );
    let chart = format!(
        "<c:chartSpace {C} xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><c:chart><c:plotArea/></c:chart>\
         <c:userShapes r:id='r1'/></c:chartSpace>"
    );
    let part =
        |name: &str, xml: &str| format!("<pkg:part pkg:name='{name}'><pkg:xmlData>{xml}</pkg:xmlData></pkg:part>");
    let package = format!(
        "<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>{}{}{}</pkg:package>",
        part("/charts/chart1.xml", &chart),
        part("/charts/_rels/chart1.xml.rels", &relationship("chartUserShapes", "../drawings/d.xml")),
        part("/drawings/d.xml", &upon),
    );
    let area = Rect::new(100.0, 0.0, 400.0, 200.0);
    let (nodes, missed) = within(package.as_bytes(), |scene| super::part(scene, "charts/chart1.xml", area).unwrap());
    assert!(missed.is_empty(), "{missed:?}");
    assert_eq!(filled(&nodes, 0x00_FF00), [Rect::new(200.0, 100.0, 200.0, 100.0)]);
    assert_eq!(filled(&nodes, 0x00_00FF), [Rect::new(100.0, 0.0, 10.0, 20.0)]);
}

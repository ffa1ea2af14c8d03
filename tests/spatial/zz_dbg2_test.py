import pytest, shapely, itertools
from tests.spatial.test_partition import *
from tests.spatial import test_partition as t
NEW = """(
            SELECT candidate.point
            FROM (
                SELECT ST_PointOnSurface(dumped.geom) AS point
                UNION ALL
                SELECT (ST_MaximumInscribedCircle(dumped.geom)).center
                WHERE
                    ST_Distance(ST_PointOnSurface(dumped.geom), ST_Boundary(dumped.geom))
                    < 0.1 * area_m2(dumped.geom) / ST_Perimeter(dumped.geom)
            ) AS candidate
            ORDER BY ST_Distance(candidate.point, ST_Boundary(dumped.geom)) DESC
            LIMIT 1
        ) AS inner_point"""
def patch_sql(monkeypatch):
    from spatial import sqlfiles
    real=sqlfiles.text
    def text(name):
        t=real(name)
        if name=="engine/partition/70_cut_faces":
            assert "ST_PointOnSurface(dumped.geom) AS inner_point" in t
            t=t.replace("ST_PointOnSurface(dumped.geom) AS inner_point",NEW)
        return t
    monkeypatch.setattr(sqlfiles,"text",text)
@pytest.fixture(autouse=True)
def patched(monkeypatch): patch_sql(monkeypatch)
@pytest.mark.django_db
def test_dbg2(monkeypatch):
    patch_sql(monkeypatch)
    P=shapely.box(50,-80,110,-70)
    batch = Batch.objects.create(code=f"dbg", source="部")
    scenes=[]
    for d in (1e-8,1e-7,5e-7,1e-6,2e-6,5e-6,1e-5):
        for sx,sy in ((1,-1),(-1,-1),(1,1),(2,-1),(1,-2)):
            for up in (0,1):
              scenes.append((d,sx,sy,[shifted(P,0,-1.0),shifted(P,d*sx,d*sy)]))
    with drawing.derived_together():
        patches=[draw_scene((P,{"ecological_redline":z}),batch) for d,sx,sy,z in scenes]
    run=judge(patches)
    bad=0
    for (d,sx,sy,z),p in zip(scenes,patches):
        f=run.assessments.get(patch=p)
        for zone in Zone.objects.filter(version__region=p.region):
            within=sum(q.exact_area_m2 for q in f.pieces.all() if zone.pk in sum(q.zones.values(),[]))
            ind=shapely.intersection(in_shapely(p.ground), engine_ground(zone,p.region)).area
            if abs(within-ind)>0.01: bad+=1; print(d,sx,sy,p.region.code,within,ind,f.fallback)
    print("bad",bad,"of",len(scenes))

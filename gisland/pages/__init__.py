"""Pages that join the packages. 页面"""

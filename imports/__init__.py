"""Files in: bytes to checked rows of one dataset version. 导入"""
